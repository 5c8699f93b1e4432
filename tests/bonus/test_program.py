"""The program file: what is wrong with one is said with place and remedy, and what was published stays."""

from datetime import date
from pathlib import Path

import pytest

from tarkka.bonus.comparison import diff
from tarkka.bonus.program import parse, stored
from tarkka.description.errors import DescriptionInvalid, NotPublishable
from tarkka.vocabulary import months_later

SOURCE = (Path(__file__).parents[2] / "programs" / "s_group.toml").read_text()
WRONG = {
    "effective_from: 2014-05-02 is within a month": ("2014-05-01", "2014-05-02"),
    "format: this is format 2": ("format = 1", "format = 2"),
    "adjusted_for_months: 121 is no possible": ("adjusted_for_months = 12 ", "adjusted_for_months = 121 "),
    "cooperative: 0 of 3 cooperatives are the default": ("default = true\n", ""),
    "cooperative.hok-elanto.steps: the first step is not from zero": ("{ from_cents = 0, ", "{ from_cents = 1, "),
    "cooperative.hok-elanto.steps[2].from_cents: 0 does not come after 0": ("from_cents = 20_000", "from_cents = 0"),
    "cooperative.hok-elanto.steps[3].basis_points: who buys more": ("basis_points = 200", "basis_points = 149"),
    "cooperative.hok-elanto.steps[6].basis_points: 10001 is no rate": ("basis_points = 500", "basis_points = 10001"),
    "cooperative.Ärina: the code is not": ("[cooperative.arina]", '[cooperative."Ärina"]'),
    "left_out.payments: 'group_card' earns": ('payments = ["gift_card"]', 'payments = ["group_card"]'),
    "payment_benefit.methods: 'group_card' is named 2": ('["group_card"]', '["group_card", "group_card"]'),
    "payment_benefit.basis_points: -1 is no rate": ("basis_points = 50\n", "basis_points = -1\n"),
    "payment_benefit.name.sv: this is missing": ('sv = "Betalningssättsförmån", ', ""),
    "left_out.chain: there is no such key. Did you mean 'chains'": ("chains = []", "chain = []"),
    "this is not TOML": ("[left_out]", "[left_out"),
}


@pytest.mark.parametrize("says", WRONG)
def test_what_is_wrong_is_said_with_its_place(says: str) -> None:
    old, new = WRONG[says]
    assert old in SOURCE
    with pytest.raises(DescriptionInvalid) as raised:
        parse(SOURCE.replace(old, new, 1), "a file")
    assert any(line.startswith(f"a file: {says}") for line in str(raised.value).splitlines()), str(raised.value)


def test_program_is_the_same_when_it_is_read_back() -> None:
    program = parse(SOURCE)
    assert stored(program.compiled()) == program
    assert diff(program, program) == []


def test_difference_is_said_in_words() -> None:
    changed = SOURCE
    for old, new in (
        ("2014-05-01", "2030-01-01"),
        ("adjusted_for_months = 12 ", "adjusted_for_months = 6 "),
        ("{ from_cents = 0, basis_points = 100 }", "{ from_cents = 0, basis_points = 120 }"),
        ("chains = []", 'chains = ["hotels"]'),
        ('payments = ["gift_card"]', "payments = []"),
        ("basis_points = 50\n", "basis_points = 40\n"),
        ("[cooperative.arina]", "[cooperative.keskimaa]"),
    ):
        assert old in changed
        changed = changed.replace(old, new, 1)
    words = "\n".join(diff(parse(SOURCE), parse(changed)))
    for said in (
        "holds from 2030-01-01 instead of 2014-05-01",
        "for 6 months instead of 12",
        "cooperative hok-elanto: 1.20 % from 0.00",
        "cooperative arina is gone: its households belong to hok-elanto",
        "cooperative keskimaa: new, 1.00 % from 0.00",
        "chain hotels earns no more",
        "payment by gift_card counts again",
        "the payment-method benefit becomes 0.40 % instead of 0.50 %",
    ):
        assert said in words


def test_what_has_begun_cannot_be_published_otherwise(program: str) -> None:
    from tarkka.bonus.actions import publish
    from tarkka.bonus.queries import programs, this_month

    for month, reason in ((date(2014, 5, 1), "must hold from a later month"), (this_month(), "has begun")):
        with pytest.raises(NotPublishable, match=reason):
            publish(SOURCE.replace("2014-05-01", f"{month}"), acting="test")
    with pytest.raises(NotPublishable, match=r"left_out\.chains: there is no 'hotel'\. Did you mean 'hotels'"):
        publish(SOURCE.replace("chains = []", 'chains = ["hotel"]'), acting="test")
    later = months_later(this_month(), 2)
    published = publish(SOURCE.replace("2014-05-01", f"{later}"), acting="test")
    assert (published.version, programs()[-1].program.effective_from) == (2, later)
