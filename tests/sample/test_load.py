"""The sample in the register: loaded once however often it is asked for, and again from where it stopped.

A part of the households' receipts stands for all of them, to be quick; the people are all there.
"""

from datetime import date
from functools import partial

import pytest

from tarkka.sample.demo import demo_choices

TODAY = date(2026, 3, 18)


def test_the_sample_is_loaded_once_and_goes_on_where_it_stopped(database, monkeypatch, tmp_path):
    from tarkka.sample import load

    monkeypatch.setattr(load, "home", lambda: tmp_path)
    monkeypatch.setattr(load, "prepare", partial(load.prepare, households=30))
    assert load.demo_people() == []

    take_file = load.take_file
    reports = []

    def take_one_file(file, source, told):
        if len(reports) == 1:
            raise KeyboardInterrupt
        reports.append(take_file(file, source, told=told))
        return reports[-1]

    monkeypatch.setattr(load, "take_file", take_one_file)
    with pytest.raises(KeyboardInterrupt):
        load.load_demo(TODAY)
    assert not (tmp_path / "sample").exists()
    people = load.demo_people()
    assert [person.why for person in people] == [choice.why for choice in demo_choices()]
    assert len({person.person_id for person in people}) == len(people)

    def take_and_keep(file, source, told):
        reports.append(take_file(file, source, told=told))
        return reports[-1]

    monkeypatch.setattr(load, "take_file", take_and_keep)
    shares = {}
    load.load_demo(date(2026, 5, 1), lambda what, share: shares.update({what: share}))
    assert set(shares) == {"Mapping the sample", "People", "Purchases of the last twelve months"}
    assert set(shares.values()) == {1}
    assert load.demo_people() == people
    assert not (tmp_path / "sample").exists()

    first, second = (report.as_dict() for report in reports)
    assert first["accepted"] == second["accepted"] > 1_000
    assert first["rejected"] == second["rejected"] == first["duplicate"] == second["duplicate"] == 0
    assert all(first["accepted_by_level"].values())
    assert second["accepted_by_level"]["GROUP"] == 0
    assert 0 < first["without_card"] == second["without_card"] < first["accepted"] / 25

    told = []
    load.load_demo(date(2026, 5, 2), lambda what, share: told.append(what))
    assert told == []
