"""Properties of levels that hold for every description: of days, of objections, of comparison."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tarkka.description.comparison import WIDENING, Direction, diff, is_widening
from tarkka.description.errors import BeforeFirstVersion
from tarkka.description.loading import load
from tarkka.description.reading import document_from, plain
from tarkka.description.schema import Collection
from tarkka.description.value import Description
from tarkka.vocabulary import Channel, Level, Objection, Purpose, Role

S_GROUP = load(Path(__file__).parents[2] / "descriptions" / "s_group.toml")
CHAINS = tuple(S_GROUP.document.chain)

days = st.dates(date(2014, 1, 1), date(2018, 12, 31))
levels = st.sampled_from(Level)
pairs = st.sampled_from([(chain, channel) for chain in CHAINS for channel in Channel])
objection_sets = st.frozensets(st.sampled_from(Objection))


rules = st.dictionaries(st.tuples(days, pairs), levels, min_size=1, max_size=12)
lowers = st.dictionaries(st.sampled_from(Purpose), levels, max_size=4)
properties = settings(deadline=None, max_examples=60)  # the machine that runs this may be busy


def described(rules, lowers=None):
    """S-ryhmä's description with other rules of collection, and with other objections if any are given."""
    collection = tuple(
        Collection(from_=day, level=level, chains=(chain,), channels=(channel,))
        for (day, (chain, channel)), level in rules.items()
    )
    document = msgspec.structs.replace(S_GROUP.document, collection=collection, announcement=())
    if lowers is not None:
        replaced = zip(S_GROUP.document.objection.items(), lowers, strict=True)
        objection = {name: msgspec.structs.replace(rule, lowers=lowered) for (name, rule), lowered in replaced}
        document = msgspec.structs.replace(document, objection=objection)
    return Description(document)


@properties
@given(rules, pairs, days)
def test_level_is_that_of_the_last_rule_before_the_day(rules, pair, day):
    description = described(rules)
    assume(day >= description.days_of_change[0])
    held = [
        (rule.from_, rule.level)
        for rule in description.document.collection
        if rule.from_ <= day and pair == (rule.chains[0], rule.channels[0])
    ]
    assert description.level_at(*pair, day) is max(held, default=(day, Level.TOTAL), key=lambda one: one[0])[1]


@properties
@given(rules, pairs, days)
def test_level_holds_since_the_day_that_is_told(rules, pair, day):
    description = described(rules)
    assume(day >= description.days_of_change[0])
    since, level = description.level_since(*pair, day)
    assert since <= day
    held = since
    while held <= day:
        assert description.level_at(*pair, held) is level
        held += timedelta(days=max(1, (day - since).days // 20))
    if since > description.days_of_change[0]:
        assert description.level_at(*pair, since - timedelta(days=1)) is not level


@properties
@given(rules, pairs, days, st.integers(0, 2000))
def test_value_of_a_day_answers_for_that_day_and_all_later_ones(rules, pair, day, later):
    description = described(rules)
    if day < description.days_of_change[0]:
        with pytest.raises(BeforeFirstVersion):
            description.as_of(day)
        return
    then = description.as_of(day)
    assert then.level_at(*pair, day + timedelta(days=later)) is description.level_at(*pair, day)
    assert then.level_since(*pair, day) == description.level_since(*pair, day)
    assert then.as_of(day) == then
    assert then.as_of(day).digest() == then.digest()


@properties
@given(rules, days)
def test_value_comes_back_from_what_is_stored_of_it(rules, day):
    description = described(rules)
    assume(day >= description.days_of_change[0])
    then = description.as_of(day)
    assert Description(document_from(msgspec.json.decode(then.compiled())), day) == then
    assert document_from(plain(description.document)) == description.document


@properties
@given(st.tuples(lowers, lowers), st.sampled_from(Purpose), objection_sets)
def test_objections_only_lower_and_in_any_order(lowers, purpose, made):
    description = described({(date(2014, 5, 1), ("prisma", Channel.STORE)): Level.GROUP}, lowers)
    rule = description.purpose(purpose)
    for role in {role for use in rule.use for role in use.roles}:
        top = description.level_left(purpose, role)
        left = description.level_left(purpose, role, made)
        assert left <= top <= rule.level
        assert left == min([top, *(description.level_left(purpose, role, (one,)) for one in made)])
        for more in Objection:
            assert description.level_left(purpose, role, made | {more}) <= left
        ordered = sorted(made)
        assert description.level_left(purpose, role, ordered) == description.level_left(purpose, role, ordered[::-1])


@properties
@given(objection_sets, st.sampled_from(sorted(S_GROUP.document.situation)))
def test_situation_never_gives_more_than_the_purpose_without_objections(made, situation):
    used = (Purpose.CUSTOMER_SERVICE, Role.CUSTOMER_SERVICE)
    left = S_GROUP.level_left(*used, made, situation=situation)
    assert left <= S_GROUP.level_left(*used)
    assert left <= S_GROUP.document.situation[situation].level
    assert left <= S_GROUP.level_left(*used, (), situation=situation)


OPPOSITE = {
    Direction.FINER: Direction.COARSER,
    Direction.WIDER: Direction.NARROWER,
    Direction.LONGER: Direction.SHORTER,
}


@properties
@given(rules, rules, st.tuples(lowers, lowers))
def test_difference_backwards_is_the_opposite(before, after, lowers):
    before, after = described(before), described(after, lowers)
    there = sorted(OPPOSITE.get(change.direction, change.direction) for change in diff(before, after))
    back = sorted(OPPOSITE.get(change.direction, change.direction) for change in diff(after, before))
    assert there == back


@properties
@given(rules, rules, days)
def test_finer_on_a_day_is_a_widening(before, after, day):
    before, after = described(before), described(after)
    assume(day >= max(before.days_of_change[0], after.days_of_change[0]))
    old, new = before.as_of(day), after.as_of(day)
    finer = any(new.level_at(*pair, day) > old.level_at(*pair, day) for pair in new.pairs)
    assert any(change.direction is Direction.FINER for change in diff(old, new)) is finer
    assert is_widening(old, new) is any(change.direction in WIDENING for change in diff(old, new))
    assert is_widening(old, old) is False
