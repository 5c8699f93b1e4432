"""`tarkka description` on the register itself: what was published is explained, shown, compared, and never changed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tarkka.cli.description import app
from tarkka.description.loading import load

FILE = Path(__file__).parents[2] / "descriptions" / "s_group.toml"
TOMORROW = load(FILE).today() + timedelta(days=1)


@pytest.fixture
def run(database):
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2014-05-01", {"level": "GROUP", "since": "2014-05-01", "version": 1}),
        ("2016-08-31", {"level": "GROUP", "since": "2014-05-01", "version": 1}),
        ("2016-09-01", {"level": "PRODUCT", "since": "2016-09-01", "version": 2}),
    ],
)
def test_explain_names_the_version_that_decides(run, day, expected):
    answer = run("explain", "--chain", "prisma", "--channel", "store", "--on", day, "--format", "json")
    assert json.loads(answer.stdout) == expected


def test_explain_of_a_purpose_reads_the_version_in_force(run):
    told = json.loads(run("explain", "--purpose", "marketing", "--objections", "A", "--format", "json").stdout)
    assert told["level"] == "TOTAL"
    assert "objection A leaves TOTAL" in told["reason"]


def test_version_is_shown_and_compared_by_its_number(run):
    assert "(prisma), store: GROUP since 2014-05-01" in run("show", "1").stdout
    assert "(prisma), store: PRODUCT since 2016-09-01" in run("show").stdout
    assert "finer: prisma store is collected at PRODUCT instead of GROUP" in run("diff", "1", "2").stdout
    assert run("diff", "2", FILE).stdout == "Nothing changes.\n"


def test_version_that_is_not_there_is_told(run):
    answer = run("show", "99")
    assert answer.exit_code == 1
    assert "there is no version 99; published are 1, 2" in answer.stderr


def test_widening_is_refused_with_what_is_missing(run, tmp_path):
    file = tmp_path / "wider.toml"
    file.write_text(
        FILE.read_text()
        + f'\n[[collection]]\nfrom = {TOMORROW}\nlevel = "PRODUCT"\nchains = ["hotels"]\nchannels = ["store"]\n'
    )
    answer = run("publish", file, "--effective-on", TOMORROW)
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "widening: finer: hotels store is collected at PRODUCT instead of TOTAL" in answer.stderr
    assert "missing: customer_magazine: not announced" in answer.stderr


def test_day_that_has_begun_is_refused(run):
    answer = run("publish", FILE, "--effective-on", "2016-09-01")
    assert answer.exit_code == 1
    assert "2016-09-01 has begun" in answer.stderr


def test_announcement_is_refused_for_a_channel_that_is_not_there(run):
    answer = run("announce", FILE, "--effective-on", TOMORROW, "--channel", "portel", "--on", "2026-01-01")
    assert answer.exit_code == 1
    assert "Did you mean 'portal'?" in answer.stderr
