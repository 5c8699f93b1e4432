"""Django's settings. What differs by installation comes from the environment; docs/guides/running.md lists it."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from tarkka.database.keys import home, key, keys_path
from tarkka.database.setup import owner_url

TARKKA_DEMO = os.environ.get("TARKKA_DEMO") == "1"
TARKKA_HOME = home()

# Without keys only what looks at the code alone can run, such as makemigrations: the site itself asks for them.
SECRET_KEY = key("session").hex() if keys_path().exists() else secrets.token_hex()
DEBUG = False
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("TARKKA_HOSTS", "127.0.0.1,localhost").split(",")]

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "tarkka.jobs",
    "tarkka.description",
    "tarkka.access",
    "tarkka.trail",
    "tarkka.people",
    "tarkka.sign_in",
    "tarkka.staff",
    "tarkka.supervision",
    "tarkka.purchases",
    "tarkka.bonus",
    "tarkka.recalls",
    "tarkka.services",
    "tarkka.rights",
    "tarkka.retention",
    "tarkka.web",
    "tarkka.portal",
    "tarkka.console",
    "tarkka.site",
]
MIDDLEWARE = [
    "tarkka.site.headers.tell_browsers",
    "tarkka.site.logs.number_requests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tarkka.portal.kept_card.take_back_anothers",
    "tarkka.site.language.choose_language",
    "tarkka.site.time_zone.tell_register_time",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tarkka.site.errors.explain_wrong_method",
]
ROOT_URLCONF = "tarkka.site.urls"
WSGI_APPLICATION = "tarkka.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tarkka.site.templatetags.tarkka",
                "tarkka.web.templatetags.described",
            ],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "tarkka"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # Django's default binds in the client, which lets stacked statements run.
        "OPTIONS": {"server_side_binding": True, **parts},
    }


# `default` is the application's own login. `owner` owns the tables: for operators' commands, never for a request.
DATABASES = {"default": _database(os.environ.get("TARKKA_DATABASE_URL", ""))}
if os.environ.get("TARKKA_OWNER_URL"):
    DATABASES["owner"] = _database(owner_url(os.environ["TARKKA_OWNER_URL"]))

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"  # a page tells the register's own time: tarkka.site.time_zone

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "suomi"), ("sv", "svenska"), ("en", "English")]
# Browsers keep cookies so named to this host and to TLS, which the demo does not have.
_HOST_COOKIE = "" if TARKKA_DEMO else "__Host-"
LANGUAGE_COOKIE_NAME = f"{_HOST_COOKIE}tarkka_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "static/"
STATIC_ROOT = TARKKA_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_ENGINE = "tarkka.sign_in.sessions"
SESSION_COOKIE_NAME = f"{_HOST_COOKIE}tarkka_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60  # since the last page, written down once a minute
TARKKA_SESSION_LIMIT = 8 * 60 * 60  # since signing in
TARKKA_FRESH_LIMIT = 10 * 60  # since proving who one is, for sensitive acts
TARKKA_STAFF_IDLE_LIMIT = 15 * 60  # since the last page, for staff
PASSWORD_HASHERS = ["tarkka.staff.hashing.Argon2id"]  # of staff: nobody else has a password here
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LOGIN_URL = "sign-in"
# The providers of strong authentication: docs/guides/signing-in.md.
TARKKA_ATTEMPT_COOKIE = f"{_HOST_COOKIE}tarkka_sign_in"
TARKKA_SIGN_IN = Path(os.environ.get("TARKKA_SIGN_IN") or TARKKA_HOME / "sign-in.toml")
TARKKA_KNOWN_BROWSER_COOKIE = f"{_HOST_COOKIE}tarkka_known"  # that staff signed in there before
TARKKA_CARD_COOKIE = f"{_HOST_COOKIE}tarkka_card"  # whose card the browser was given to keep
CSRF_FAILURE_VIEW = "tarkka.site.errors.form_expired"
CSRF_COOKIE_NAME = f"{_HOST_COOKIE}tarkka_form"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not TARKKA_DEMO
# The balancer in front ends TLS and says so; what it asks itself comes without. See docs/guides/running.md.
SECURE_SSL_REDIRECT = not TARKKA_DEMO
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^api/"]  # programs that ask without TLS are refused, and their makers notice
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not TARKKA_DEMO else None
SECURE_HSTS_SECONDS = 0 if TARKKA_DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not TARKKA_DEMO
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "worker-src": ["'self'"],
    }
}

# The request header in which the balancer in front tells the client's address, such as X-Forwarded-For.
TARKKA_ADDRESS_HEADER = os.environ.get("TARKKA_ADDRESS_HEADER", "")

# Where mail goes: smtp:// in the clear, to a relay beside us; smtp+starttls:// or smtps:// encrypted.
_mail = urlsplit(os.environ.get("TARKKA_MAIL_URL", ""))
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+starttls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp+starttls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("TARKKA_MAIL_FROM", "tarkka@localhost")

# A receipt feed is read in pieces by its own view, with its own bound; everything else that people send is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 0
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "tarkka.site.logs.Discreet",
            "format": "{asctime} {number} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"tarkka.security": {"level": "INFO"}},
}
