"""The log tells what failed and where, and nothing of the data that it failed on."""

import io
import logging

import psycopg
import pytest

from tarkka.site.logs import without_texts

SECRET = "Aamunkoi"


def failing():
    try:
        raise psycopg.errors.UniqueViolation(f"DETAIL: Key (number)=({SECRET}) already exists.")
    except psycopg.Error as error:
        raise ValueError(SECRET) from error


@pytest.fixture
def log(database):
    """What the program's log says, as it is set up when it serves."""
    from django.conf import settings

    [handler] = [each for each in logging.getLogger().handlers if "StreamHandler" in type(each).__name__]
    assert type(handler.formatter).__module__ == "tarkka.site.logs", settings.LOGGING
    # Not by setStream, which flushes the stream before: it may be that of a command, run in this process and ended.
    before, handler.stream = handler.stream, io.StringIO()
    yield handler.stream
    handler.stream = before


def test_error_is_told_with_its_cause_and_without_their_texts():
    with pytest.raises(ValueError, match=SECRET) as error:
        failing()
    told = without_texts(error.value)
    assert SECRET not in told
    assert told.index("UniqueViolation") < told.index("from which came") < told.index("ValueError")
    assert told.count("in failing") == 2


def test_cause_that_was_taken_away_is_not_told():
    try:
        try:
            failing()
        except ValueError:
            raise KeyError(SECRET) from None
    except KeyError as error:
        told = without_texts(error)
    assert told.endswith("KeyError")
    assert "UniqueViolation" not in told


def test_failure_of_a_page_is_logged_without_its_text(log, site, monkeypatch):
    from django.test import Client

    from tarkka.site import health

    monkeypatch.setattr(health.connection, "cursor", failing)
    answer = Client(raise_request_exception=False).get("/healthz", headers={"host": "localhost"})
    assert answer.status_code == 500
    assert SECRET not in answer.content.decode()
    assert "ERROR django.request Internal Server Error: /healthz" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()
