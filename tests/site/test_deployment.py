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
