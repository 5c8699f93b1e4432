"""The rulings' table of objections, cell by cell, out of `explain`; and what no objection may touch."""

import itertools
from datetime import date
from pathlib import Path

import pytest

from tarkka.description.errors import UnknownUse
from tarkka.description.explanation import explain_use
from tarkka.description.loading import load
from tarkka.vocabulary import Level, Objection, Part, Purpose, Role

S_GROUP = load(Path(__file__).parents[2] / "descriptions" / "s_group.toml").as_of(date(2016, 9, 1))
A, B = Objection.A, Objection.B
OBJECTIONS = ((), (A,), (B,), (A, B))

# purpose, situation: the level left under no objection, A, B, A and B
TABLE = {
    (Purpose.OWN_DATA, None): "PRODUCT PRODUCT PRODUCT PRODUCT",
    (Purpose.SERVICES, None): "PRODUCT PRODUCT GROUP GROUP",
    (Purpose.MARKETING, None): "PRODUCT TOTAL GROUP TOTAL",
    (Purpose.RECALL, None): "PRODUCT PRODUCT PRODUCT PRODUCT",
    (Purpose.STATISTICS, None): "PRODUCT PRODUCT PRODUCT PRODUCT",
    (Purpose.CUSTOMER_SERVICE, None): "PRODUCT PRODUCT GROUP GROUP",
    (Purpose.CUSTOMER_SERVICE, "bonus_question"): "TOTAL TOTAL TOTAL TOTAL",
    (Purpose.CUSTOMER_SERVICE, "purchases_question"): "PRODUCT PRODUCT GROUP GROUP",
    (Purpose.CUSTOMER_SERVICE, "receipt_question"): "PRODUCT PRODUCT PRODUCT PRODUCT",
    (Purpose.CUSTOMER_SERVICE, "emergency"): "PRODUCT PRODUCT GROUP GROUP",
    (Purpose.BONUS, None): "TOTAL TOTAL TOTAL TOTAL",
    (Purpose.HOUSEHOLD_VIEW, None): "TOTAL TOTAL TOTAL TOTAL",
    (Purpose.REGISTER_UPKEEP, None): "TOTAL TOTAL TOTAL TOTAL",
    (Purpose.SUPERVISION, None): "TOTAL TOTAL TOTAL TOTAL",
}
CELLS = [
    (purpose, situation, objections, Level[level])
    for (purpose, situation), row in TABLE.items()
    for objections, level in zip(OBJECTIONS, row.split(), strict=True)
]


def test_table_names_every_purpose_and_situation():
    assert {purpose for purpose, _ in TABLE} == set(Purpose) == set(S_GROUP.document.purpose)
    showing = {code for code, rule in S_GROUP.document.situation.items() if Part.PURCHASES in rule.shows}
    assert {situation for _, situation in TABLE if situation} == showing


@pytest.mark.parametrize(("purpose", "situation", "objections", "level"), CELLS, ids=str)
def test_level_left_is_that_of_the_rulings(purpose, situation, objections, level):
    assert explain_use(S_GROUP, purpose, objections, situation=situation).level is level
    for role in {role for use in S_GROUP.purpose(purpose).use for role in use.roles}:
        assert S_GROUP.level_left(purpose, role, objections, situation=situation) is level


@pytest.mark.parametrize(
    ("purpose", "objections", "situation", "words"),
    [
        (Purpose.MARKETING, (A,), None, ["uses PRODUCT at most", "objection A leaves TOTAL"]),
        (Purpose.MARKETING, (A, B), None, ["objection A leaves TOTAL", "objection B leaves GROUP"]),
        (Purpose.MARKETING, (), None, ["no objection is made"]),
        (Purpose.RECALL, (A, B), None, ["objection A does not touch recall", "objection B does not touch recall"]),
        (Purpose.BONUS, (A,), None, ["uses TOTAL at most", "does not touch bonus"]),
        (Purpose.CUSTOMER_SERVICE, (), None, ["the situation decides", "bonus_question TOTAL"]),
        (Purpose.CUSTOMER_SERVICE, (B,), None, ["objection B leaves GROUP", "receipt_question PRODUCT"]),
        (Purpose.CUSTOMER_SERVICE, (B,), "receipt_question", ["the one receipt", "objection B does not lower it"]),
    ],
)
def test_reason_says_why(purpose, objections, situation, words):
    reason = explain_use(S_GROUP, purpose, objections, situation=situation).reason
    for part in words:
        assert part in reason


def test_explanation_is_told_whole():
    assert explain_use(S_GROUP, Purpose.MARKETING, {B, A}).as_json() == {
        "purpose": "marketing",
        "objections": ["A", "B"],
        "level": "TOTAL",
        "reason": "marketing uses PRODUCT at most; objection A leaves TOTAL; objection B leaves GROUP",
    }
    of_one = explain_use(S_GROUP, Purpose.CUSTOMER_SERVICE, {B}, situation="receipt_question")
    assert of_one.reason == (
        "the situation receipt_question needs PRODUCT of the one receipt that the customer asks about; objection B does"
        " not lower it in this situation"
    )
    of_all = explain_use(S_GROUP, Purpose.CUSTOMER_SERVICE, {B}, situation="purchases_question")
    assert of_all.reason == "the situation purchases_question needs PRODUCT; objection B leaves GROUP"


def test_explanation_of_customer_service_lists_its_situations():
    explained = explain_use(S_GROUP, Purpose.CUSTOMER_SERVICE, {B}).as_json()
    assert explained["situations"] == {
        "bonus_question": "TOTAL",
        "purchases_question": "GROUP",
        "receipt_question": "PRODUCT",
        "emergency": "GROUP",
    }
    assert "situations" not in explain_use(S_GROUP, Purpose.MARKETING, {B}).as_json()


USES = {
    (Purpose.OWN_DATA, Role.AUTOMATIC),
    (Purpose.OWN_DATA, Role.CUSTOMER),
    (Purpose.HOUSEHOLD_VIEW, Role.CUSTOMER),
    (Purpose.SERVICES, Role.CUSTOMER),
    (Purpose.SERVICES, Role.AUTOMATIC),
    (Purpose.BONUS, Role.AUTOMATIC),
    (Purpose.MARKETING, Role.AUTOMATIC),
    (Purpose.MARKETING, Role.MARKETER),
    (Purpose.RECALL, Role.AUTOMATIC),
    (Purpose.RECALL, Role.RECALL_OFFICER),
    (Purpose.STATISTICS, Role.AUTOMATIC),
    (Purpose.STATISTICS, Role.ANALYST),
    (Purpose.CUSTOMER_SERVICE, Role.CUSTOMER_SERVICE),
    (Purpose.REGISTER_UPKEEP, Role.AUTOMATIC),
    (Purpose.REGISTER_UPKEEP, Role.CUSTOMER_SERVICE),
    (Purpose.REGISTER_UPKEEP, Role.DATA_PROTECTION_OFFICER),
    (Purpose.REGISTER_UPKEEP, Role.REGISTER_ADMINISTRATOR),
    (Purpose.SUPERVISION, Role.AUTOMATIC),
    (Purpose.SUPERVISION, Role.DATA_PROTECTION_OFFICER),
}


@pytest.mark.parametrize(("purpose", "role"), list(itertools.product(Purpose, Role)), ids=str)
def test_only_declared_roles_may_use_a_purpose(purpose, role):
    if (purpose, role) in USES:
        S_GROUP.level_left(purpose, role)
    else:
        with pytest.raises(UnknownUse, match=f"lets no {role}"):
            S_GROUP.level_left(purpose, role)


def test_situation_belongs_to_customer_service():
    with pytest.raises(UnknownUse, match="only customer_service has situations"):
        S_GROUP.level_left(Purpose.MARKETING, Role.MARKETER, situation="bonus_question")
    with pytest.raises(UnknownUse, match="Did you mean 'bonus_question'"):
        S_GROUP.level_left(Purpose.CUSTOMER_SERVICE, Role.CUSTOMER_SERVICE, situation="bonus_questoin")


def test_staff_see_one_person_finer_than_total_only_with_a_case():
    for purpose, rule in S_GROUP.document.purpose.items():
        for use in rule.use:
            staff = any(S_GROUP.document.role[role].staff for role in use.roles)
            if staff and "person" in use.subjects and (use.level or rule.level) > Level.TOTAL:
                assert use.needs_case, purpose
