"""The settings as an installation has them, outside the demo."""

import os
import subprocess
import sys

CODE = """
import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client
django.setup()
call_command("check", deploy=True, fail_level="WARNING")
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
for headers in ({}, {"X-Forwarded-Proto": "https"}):
    answer = Client(SERVER_NAME="localhost", headers=headers).get("/nowhere/")
    print(answer.status_code, answer.get("Location"), answer.get("Strict-Transport-Security"))
"""


def test_deployment_check_finds_nothing_and_only_tls_is_answered(site):
    environment = os.environ | {"TARKKA_DEMO": "0"}
    told = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout
    assert told.stdout.splitlines()[-2:] == [
        "301 https://localhost/nowhere/ None",
        "404 None max-age=31536000; includeSubDomains; preload",
    ]


COOKIES = """
from django.conf import settings
for name in dir(settings):
    if name[0] != "_" and name.endswith(("COOKIE_NAME", "_COOKIE")) and isinstance(getattr(settings, name), str):
        print(name, getattr(settings, name))
    elif name.endswith(("COOKIE_SECURE", "COOKIE_HTTPONLY", "COOKIE_SAMESITE")):
        print(name, getattr(settings, name))
"""


def test_every_cookie_is_of_this_host_and_tls_alone_and_out_of_reach_of_scripts(site):
    environment = os.environ | {"TARKKA_DEMO": "0"}
    told = subprocess.run([sys.executable, "-c", COOKIES], env=environment, capture_output=True, text=True, check=True)
    found = dict(line.split(" ") for line in told.stdout.splitlines())
    names = {value for name, value in found.items() if name.endswith(("COOKIE_NAME", "_COOKIE"))}
    assert names == {f"__Host-tarkka_{what}" for what in ("card", "form", "known", "language", "session", "sign_in")}
    for cookie in ("CSRF", "LANGUAGE", "SESSION"):
        rights = [found[f"{cookie}_COOKIE_{right}"] for right in ("SECURE", "HTTPONLY", "SAMESITE")]
        assert rights == ["True", "True", "Lax"], cookie
