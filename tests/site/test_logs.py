"""The log tells what happened, when and where, what was refused, and nothing of anybody."""

import io
import logging
import re

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
    assert "ERROR django.request Internal Server Error: no route" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()


def lines(log):
    """Return the log's records, each by itself."""
    return re.split(r"\n(?! )", log.getvalue().strip("\n"))


def test_record_is_one_line_with_its_moment_in_utc(log):
    logging.getLogger("test").warning("first\n2026-01-01T00:00:00.000+00:00 ERROR forged \x1b[31m\u202e%s", "\r\nagain")
    [line] = lines(log)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 [\w-]+ WARNING test first\\n2026", line)
    assert line.isprintable()


def test_what_caused_a_failure_is_indented_under_it(log):
    try:
        failing()
    except ValueError:
        logging.getLogger("test").exception("failed")
    [record] = lines(log)
    assert len(record.splitlines()) > 3


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda c: c.get("/", headers={"host": "elsewhere.example"}), "ERROR django.security.DisallowedHost"),
        (lambda c: c.get("/looks/\n2026 forged/"), "WARNING django.request Not Found"),
        (lambda c: c.post("/sign-in/", {"person": "1"}), "WARNING django.security.csrf Forbidden"),
        (lambda c: c.post("/api/v1/receipts"), "WARNING tarkka.security.intake refused"),
    ],
)
def test_what_a_visitor_does_wrongly_is_one_line(log, site, ask, told):
    from django.test import Client

    ask(Client(SERVER_NAME="localhost", enforce_csrf_checks=True, raise_request_exception=False))
    found = log.getvalue().splitlines()
    assert told in found[0]
    assert len(found) == len(lines(log)) <= 2
    assert all(line.isprintable() for line in found)


def test_address_is_told_by_its_route(log, site):
    """Neither what somebody wrote into an address nor the id of what was not found."""
    import browsing
    import building

    client = browsing.signed_in(building.a_household(1).persons[0])
    log.truncate(0)
    for address in (f"/{SECRET}@example.org/", f"/päivä/{SECRET}/", f"/purchases/{SECRET}/", "/purchases/987654321/"):
        assert client.get(address).status_code == 404
    assert client.post("/purchases/987654321/").status_code == 405
    assert [line.split(" ", 2)[2] for line in lines(log)] == [
        *["WARNING django.request Not Found: no route"] * 3,
        "WARNING django.request Not Found: /purchases/<id:receipt_id>/",
        "WARNING django.request Method Not Allowed (POST): /purchases/<id:receipt_id>/",
    ]


def test_bad_request_is_one_line_without_a_traceback(log, site):
    import browsing

    browsing.offer(1)
    assert browsing.anonymous().post("/sign-in/", {"person": "0"}).status_code == 400
    assert [line.split(" ", 2)[2] for line in lines(log)] == [
        "WARNING django.request nobody of the list was chosen: /sign-in/"
    ]


def test_signing_in_and_out_is_told_and_not_who(log, site):
    import browsing
    import building

    household = building.a_household(1)
    browsing.signed_in(household.persons[0]).post("/sign-out/")
    assert [line.split(" ", 2)[2] for line in lines(log)] == [
        "INFO tarkka.security.sign_in signed in",
        "INFO tarkka.security.sign_in signed out",
    ]


def test_asking_too_often_is_told_and_not_who(log, site):
    import browsing
    import building

    client = browsing.signed_in(building.a_household(1).persons[0])
    while client.post("/purchases/search/", {"words": SECRET}).status_code != 429:
        pass
    assert lines(log)[-2].endswith(
        "tarkka.security.rate_limit refused: search, more than 30 times a minute by one session"
    )
    assert "127.0.0.1" not in log.getvalue()
    assert SECRET not in log.getvalue()


def test_nothing_is_logged_elsewhere(log):
    from django.conf import settings

    assert settings.ADMINS == []  # whom Django would mail its errors to
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("tarkka")]
    assert not [logger.name for logger in loggers if logger.handlers or not logger.propagate]


@pytest.mark.parametrize(
    ("sent", "told"),
    [("7f3a-0c_12345678", "7f3a-0c_12345678"), ("", None), ("short", None), ("x" * 65, None), ("forged number!", None)],
)
def test_records_of_a_request_have_the_number_that_the_balancer_gave_it_or_one_of_their_own(log, site, sent, told):
    import browsing

    browsing.anonymous().post("/api/v1/receipts", headers={"X-Request-Id": sent})
    browsing.anonymous().get("/nowhere/")
    first, second, other = [line.split(" ")[1] for line in lines(log)]
    assert first == second == (told or first)
    assert re.fullmatch(r"[0-9a-f]{16}", other)
    assert other != first
    assert told or re.fullmatch(r"[0-9a-f]{16}", first)
