"""The application that a WSGI server runs.

Refuses to start without keys, on a database that could lose a commit or be read past its policies, and with wrong
settings of signing in.
"""

import os

import psycopg
from django.core.wsgi import get_wsgi_application

from tarkka.database.keys import key
from tarkka.database.safety import refuse_unsafe
from tarkka.sign_in import providers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")

key("session")
with psycopg.connect(os.environ["TARKKA_DATABASE_URL"], autocommit=True) as _connection:
    refuse_unsafe(_connection)

application = get_wsgi_application()
providers.configured()
