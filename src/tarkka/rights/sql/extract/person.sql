-- Who the subject is. The identity code comes sealed, and is opened with a key that the database does not have.
SELECT id, identity_sealed, given_name, family_name, language, registered_at FROM person
