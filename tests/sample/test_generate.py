"""Any number of receipts: exactly that many, the same every time, distributed as the data set is."""

import json
from collections import Counter
from datetime import date, datetime
from statistics import mean

import duckdb
import pytest
from typer import Typer
from typer.testing import CliRunner

from tarkka.cli.sample import sample as sample_command
from tarkka.sample import generate as module
from tarkka.sample.generate import generate
from tarkka.sample.receipts import weeks_until

WEEKS = weeks_until(date(2026, 3, 18))


def _generated(sample, folder, receipts, **options):
    folder.mkdir(exist_ok=True)
    parts = list(generate(sample, receipts, folder, **({"seed": 1, "weeks": WEEKS} | options)))
    return parts, [json.loads(line) for part in parts for line in part.path.read_text().splitlines()]


@pytest.mark.parametrize("receipts", [1, 7, 999, 20_000])
def test_exactly_as_many_receipts_as_asked(part, tmp_path, receipts):
    parts, rows = _generated(part, tmp_path, receipts)
    assert sum(one.receipts for one in parts) == len(rows) == receipts
    assert len({row["receipt_id"] for row in rows}) == receipts


def test_no_receipts_are_refused(part, tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        list(generate(part, 0, tmp_path, seed=1, weeks=WEEKS))


def test_the_same_seed_gives_the_same_files_and_another_seed_others(part, tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        _generated(part, tmp_path / name, 500, seed=seed)
    for file in ("receipts.ndjson", "people.ndjson"):
        one, same, other = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert one == same != other


def test_more_than_one_part_is_in_order_of_time_with_the_returns_last(part, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PART_RECEIPTS", 5_000)
    parts, rows = _generated(part, tmp_path, 22_000)
    assert [one.path.name for one in parts] == [f"receipts-{number:03d}.ndjson" for number in range(1, 7)]
    assert len(rows) == 22_000
    sales = [datetime.fromisoformat(row["purchased_at"]).replace(tzinfo=None) for row in rows if row["kind"] == "sale"]
    assert sales == sorted(sales)
    assert all(row["kind"] == "return" for row in rows[len(sales) :])
    ids = {row["receipt_id"] for row in rows}
    assert all(row["refers_to"] in ids for row in rows[len(sales) :])


def test_every_card_is_in_the_people_file_and_nobody_of_the_own_year_is(part, people, tmp_path):
    _, rows = _generated(part, tmp_path, 20_000)
    generated = [json.loads(line) for line in (tmp_path / "people.ndjson").read_text().splitlines()]
    numbers = {card["number"] for home in generated for person in home["persons"] for card in person["cards"]}
    assert {row["card"] for row in rows if "card" in row} <= numbers
    own = people.read_text()
    assert not any(person["identity_code"] in own for home in generated for person in home["persons"])


def test_distributions_stay_near_the_original(whole, tmp_path):
    _, rows = _generated(whole, tmp_path, 40_000)
    sizes, hours, months = whole.connection.execute(
        "SELECT avg(lines), histogram(hour(wall)), histogram(month(wall)) FROM basket"
    ).fetchone()
    everything = sum(hours.values())
    lines = mean(len(row["lines"]) for row in rows if row["kind"] == "sale" and "lines" in row)
    assert abs(lines / sizes - 1) < 0.15
    per_hour = Counter(int(row["purchased_at"][11:13]) for row in rows)
    assert all(abs(per_hour[hour] / len(rows) - count / everything) < 0.02 for hour, count in hours.items())
    per_season = Counter((int(row["purchased_at"][5:7]) - 1) // 3 for row in rows)
    assert all(0.2 < per_season[quarter] / len(rows) < 0.3 for quarter in range(4))
    assert len(months) == 12
    people = [json.loads(line) for line in (tmp_path / "people.ndjson").read_text().splitlines()]
    assert abs(len(rows) / len(people) / (everything / 2469) - 1) < 0.15


def test_parquet_holds_what_ndjson_holds(part, tmp_path):
    _, rows = _generated(part, tmp_path, 800)
    (one,) = generate(part, 800, tmp_path, seed=1, weeks=WEEKS, form="parquet")
    with duckdb.connect() as connection:
        ids = [
            row[0] for row in connection.execute("SELECT receipt_id FROM read_parquet(?)", [str(one.path)]).fetchall()
        ]
    assert ids == [row["receipt_id"] for row in rows]


def test_the_command_writes_all_four_files(tmp_path):
    app = Typer()
    app.command()(sample_command)
    done = CliRunner().invoke(app, ["--receipts", "50", "--out", str(tmp_path / "feed"), "--until", "2026-03-18"])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "feed").iterdir()) == [
        "groups.json", "outlets.json", "people.ndjson", "receipts.ndjson",
    ]  # fmt: skip
    assert len((tmp_path / "feed" / "receipts.ndjson").read_text().splitlines()) == 50
    codes = {outlet["code"] for outlet in json.loads((tmp_path / "feed" / "outlets.json").read_text())}
    lines = (tmp_path / "feed" / "receipts.ndjson").read_text().splitlines()
    assert {json.loads(line)["outlet"] for line in lines} <= codes


def test_the_command_says_what_is_wrong_with_a_day_too_early(tmp_path):
    app = Typer()
    app.command()(sample_command)
    done = CliRunner().invoke(app, ["--receipts", "50", "--out", str(tmp_path), "--until", "2016-03-18"])
    assert done.exit_code == 2
    assert "too early" in done.output
