"""The figures of docs/security.md are those of the program."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())


def test_every_limit_by_the_minute_is_told(site):
    from tarkka.portal.pages import session
    from tarkka.web.rate_limit import SHARED_ADDRESS

    code = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "src/tarkka").rglob("*.py"))
    found = dict(re.findall(r'\blimited\("([\w-]+)", per_minute=(\w+)\)', code))
    limits = {what: int(times) if times.isdigit() else getattr(session, times) for what, times in found.items()}
    [table] = re.findall(r"\| what \| a minute \| \|---\|---\| (.*?) What costs", PAGE)
    assert {what: int(times) for what, times in re.findall(r"\| `([\w-]+)`[^|]* \| (\d+) \|", table)} == limits
    assert SHARED_ADDRESS == 20
    assert "for an address twenty times as much" in PAGE


def test_bounds_of_what_is_taken_in_are_told(site):
    from django.conf import settings

    from tarkka.api.body import BODY_BYTES, BODY_RECEIPTS, MEGABYTE
    from tarkka.people.details import _MOST, ContactKind
    from tarkka.portal.searching import MOST_WORDS
    from tarkka.rights.actions import LONGEST
    from tarkka.web.pages import PAGE_LENGTH

    for told in (
        f"{MOST_WORDS} words and 100 characters",
        f"1 to {LONGEST} characters",
        f"{_MOST[ContactKind.EMAIL]} characters at most | `people/details.py`",
        f"{_MOST[ContactKind.PHONE]} characters at most as written",
        f"{_MOST[ContactKind.POST]} characters at most, printable",
        f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} kB, {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields, no file",
        f"{BODY_BYTES // MEGABYTE} MB, unpacked too, and {BODY_RECEIPTS:,} receipts",
        f"Pages have {PAGE_LENGTH} rows",
    ):
        assert told in PAGE, told
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == 0


def test_a_statement_of_the_login_ends_in_time(database):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)
    assert "ends after 60 seconds" in PAGE


def test_every_key_is_told():
    from tarkka.database.keys import USES
    from tarkka.sign_in.providers import FEWEST_BITS

    assert set(re.findall(r"\| `(\w+)` \| [^|]+ \| (?:HMAC|AES|BLAKE|Ed25519|SCRAM)", PAGE)) == set(USES)
    assert f"RS256, {FEWEST_BITS} bits at least" in PAGE


def test_limits_of_a_session_are_told(site):
    from django.conf import settings

    guide = " ".join((ROOT / "docs" / "guides" / "signing-in.md").read_text(encoding="utf-8").split())
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    assert settings.TARKKA_SESSION_LIMIT == 8 * 60 * 60
    assert settings.TARKKA_FRESH_LIMIT == 10 * 60
    assert "ends half an hour after the last page, eight hours after signing in" in guide
    assert "an authentication of the last ten minutes" in guide


@pytest.mark.parametrize("name", ["run", "sample", "dev"])
def test_every_package_is_locked_by_version_and_hash(name):
    entries = re.split(r"^(?=\S)", (ROOT / "lock" / f"{name}.txt").read_text(), flags=re.M)[1:]
    assert len(entries) > 20
    assert not [each for each in entries if "==" not in each.split("\n")[0] or "--hash=sha256:" not in each]
