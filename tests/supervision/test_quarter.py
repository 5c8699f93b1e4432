"""A simulated quarter of forty: planted misuse is found, and the officer is not drowned in false alarms."""

import os
from collections import Counter

import pytest

import simulating

SEED = int(os.environ.get("TARKKA_SEED", "20250106"))
DAYS = int(os.environ.get("TARKKA_EVERY_DAYS", "7"))
"""How often the rules run: nightly in an installation; weekly here, which is seven times as fast and finds the same."""


@pytest.fixture(scope="module")
def measured(database):
    with simulating.simulated(SEED) as quarter:
        yield simulating.supervise(quarter, days=DAYS)


def test_every_kind_of_planted_misuse_is_found(measured):
    print()
    for kind, count in measured.planted.items():
        print(f"| {kind} | {count} | {measured.found[kind]} | {measured.by_its_rule[kind]} |")
    assert all(measured.found.values())
    recall = sum(measured.found.values()) / sum(measured.planted.values())
    print(f"recall {recall:.1%}")
    assert recall >= 0.95, measured.missed


def test_false_alarms_are_few(measured):
    by_rule, by_week = (Counter(part) for part in zip(*measured.false, strict=True))
    print(f"\nfalse alarms {len(measured.false)} of {measured.flags} flags: {dict(by_rule)}")
    print(f"by week {sorted(by_week.items())}")
    assert len(measured.false) / simulating.WEEKS <= 5
