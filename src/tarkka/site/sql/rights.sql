-- Sessions are the site's own: rows of a random key, a person's id and a language. Nobody but the application's login uses them.
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO tarkka_app;
