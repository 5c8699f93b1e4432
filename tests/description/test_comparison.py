"""What changes between two descriptions is said in words, and only what goes further is a widening."""

from datetime import date
from pathlib import Path

import pytest

from tarkka.description.comparison import Direction, diff, is_widening
from tarkka.description.loading import parse

SOURCE = (Path(__file__).parents[2] / "descriptions" / "s_group.toml").read_text()
BEFORE = parse(SOURCE)

CHANGES = [
    # old text, new text, direction there, words there, direction back, words back
    (
        'level = "GROUP"\nchains = ["s-market", ',
        'level = "TOTAL"\nchains = ["s-market", ',
        Direction.COARSER,
        "prisma store is collected at TOTAL instead of GROUP from 2014-05-01 until 2016-08-31",
        Direction.FINER,
        "prisma store is collected at GROUP instead of TOTAL from 2014-05-01 until 2016-08-31",
    ),
    (
        '"s-rauta", "abc"]\nchannels = ["store", "web"]',
        '"s-rauta"]\nchannels = ["store", "web"]',
        Direction.COARSER,
        "abc store is collected at GROUP instead of PRODUCT from 2016-09-01",
        Direction.FINER,
        "abc web is collected at PRODUCT instead of TOTAL from 2016-09-01",
    ),
    (
        "# A chain and channel that no rule",
        '[chain.kiosks]\ngroup = "partners"\nname = { fi = "K", sv = "K", en = "K" }\n#',
        Direction.WIDER,
        "kiosks store is new and is collected at TOTAL from 2014-05-01",
        Direction.NARROWER,
        "kiosks web, collected at TOTAL, is collected no more from 2014-05-01",
    ),
    (
        'roles = ["automatic", "marketer"]',
        'roles = ["automatic"]',
        Direction.NARROWER,
        "marketing by marketer on audience is allowed no more",
        Direction.WIDER,
        "marketing by marketer on audience is new, at PRODUCT",
    ),
    (
        'roles = ["automatic", "marketer"]\nsubjects = ["audience"]',
        """roles = ["automatic"]
        subjects = ["audience"]
        [[purpose.marketing.use]]
        roles = ["marketer"]
        subjects = ["audience"]
        level = "GROUP\"""",
        Direction.COARSER,
        "marketing by marketer on audience uses GROUP instead of PRODUCT",
        Direction.FINER,
        "marketing by marketer on audience uses PRODUCT instead of GROUP",
    ),
    (
        'roles = ["data_protection_officer"]\nsubjects = ["person"]',
        'roles = ["data_protection_officer"]\nsubjects = ["person"]\nneeds_case = true',
        Direction.NARROWER,
        "supervision by data_protection_officer on person needs a case",
        Direction.WIDER,
        "supervision by data_protection_officer on person no longer needs a case",
    ),
    (
        'roles = ["automatic", "recall_officer"]\nsubjects = ["trace"]\nunder_restriction = true',
        'roles = ["automatic", "recall_officer"]\nsubjects = ["trace"]',
        Direction.NARROWER,
        "recall by automatic on trace stops while somebody's data is restricted",
        Direction.WIDER,
        "recall by automatic on trace goes on while somebody's data is restricted",
    ),
    (
        'lowers = { marketing = "TOTAL" }',
        'lowers = { marketing = "GROUP" }',
        Direction.WIDER,
        "objection A leaves GROUP, no longer TOTAL, for marketing",
        Direction.NARROWER,
        "objection A leaves only TOTAL for marketing",
    ),
    (
        'marketing = "GROUP", services = "GROUP"',
        'marketing = "GROUP"',
        Direction.WIDER,
        "objection B no longer touches services",
        Direction.NARROWER,
        "objection B leaves only GROUP for services",
    ),
    (
        'shows = ["household", "purchases"]\nlevel = "TOTAL"',
        'shows = ["household", "purchases"]\nlevel = "GROUP"',
        Direction.FINER,
        "the situation bonus_question uses GROUP instead of TOTAL",
        Direction.COARSER,
        "the situation bonus_question uses TOTAL instead of GROUP",
    ),
    (
        'shows = ["household", "purchases"]',
        'shows = ["household", "purchases", "contact"]',
        Direction.WIDER,
        "the situation bonus_question shows contact",
        Direction.NARROWER,
        "the situation bonus_question shows contact no more",
    ),
    (
        "minutes = 15",
        "minutes = 20",
        Direction.LONGER,
        "the situation emergency lasts 20 minutes instead of 15",
        Direction.SHORTER,
        "the situation emergency lasts 15 minutes instead of 20",
    ),
    (
        "minutes = 15\nbreak_glass = true",
        "minutes = 15",
        Direction.NARROWER,
        "the situation emergency is no longer opened without the customer",
        Direction.WIDER,
        "the situation emergency is opened without the customer",
    ),
    (
        'kept_under = ["B"]\n',
        "",
        Direction.NARROWER,
        "objection B lowers the situation receipt_question",
        Direction.WIDER,
        "objection B no longer lowers the situation receipt_question",
    ),
    (
        'one_receipt = true\nkept_under = ["B"]\n',
        "",
        Direction.WIDER,
        "the situation receipt_question is about more than one receipt",
        Direction.NARROWER,
        "the situation receipt_question is about one receipt only",
    ),
    (
        "quarters = 12",
        "quarters = 16",
        Direction.LONGER,
        "PRODUCT data is kept 16 quarters instead of 12",
        Direction.SHORTER,
        "PRODUCT data is kept 12 quarters instead of 16",
    ),
    (
        'fields = ["phone", "message"]',
        'fields = ["phone", "message", "email"]',
        Direction.WIDER,
        "text_message receives email",
        Direction.NARROWER,
        "text_message receives email no more",
    ),
    (
        'purposes = ["recall", "services"]',
        'purposes = ["recall"]',
        Direction.NARROWER,
        "text_message receives data for services no more",
        Direction.WIDER,
        "text_message receives data for services",
    ),
    (
        "[recipient.police]",
        "[recipient.customs]",
        Direction.WIDER,
        "the recipient customs is new",
        Direction.NARROWER,
        "the recipient customs is gone",
    ),
    (
        "lead_days = 30",
        "lead_days = 20",
        Direction.WIDER,
        "a widening is announced 20 days before instead of 30",
        Direction.NARROWER,
        "a widening is announced 30 days before instead of 20",
    ),
    (
        'about.en = "This register holds',
        'about.en = "The register holds',
        Direction.OTHER,
        "register.about.en is worded otherwise",
        Direction.OTHER,
        "register.about.en is worded otherwise",
    ),
    (
        'law = "GDPR 58(1)"',
        'law = "GDPR 58(1)(e)"',
        Direction.OTHER,
        "recipient.data_protection_ombudsman.law is GDPR 58(1)(e) instead of GDPR 58(1)",
        Direction.OTHER,
        "recipient.data_protection_ombudsman.law is GDPR 58(1) instead of GDPR 58(1)(e)",
    ),
    (
        '[purpose.household_view]\nbasis = "contract"',
        '[purpose.household_view]\nbasis = "consent"',
        Direction.OTHER,
        "purpose.household_view.basis is consent instead of contract",
        Direction.OTHER,
        "purpose.household_view.basis is contract instead of consent",
    ),
    (
        'en = "Web content is not',
        'en = "Web pages are not',
        Direction.OTHER,
        "objection.A.changes.2.en is worded otherwise",
        Direction.OTHER,
        "objection.A.changes.2.en is worded otherwise",
    ),
    (
        "[right.breach]",
        "[right.leak]",
        Direction.OTHER,
        "right.leak.name.sv is said anew",
        Direction.OTHER,
        "right.leak.name.sv is no longer said",
    ),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[3])
def test_change_is_said_in_words_both_ways(change):
    old, new, there, words_there, back, words_back = change
    assert SOURCE.count(old) >= 1
    after = parse(SOURCE.replace(old, new))
    for changes, direction, words in (
        (diff(BEFORE, after), there, words_there),
        (diff(after, BEFORE), back, words_back),
    ):
        assert (direction, words) in [(each.direction, each.words) for each in changes], changes


@pytest.mark.parametrize(
    ("old", "new", "there", "back"),
    [
        ("quarters = 12", "quarters = 16", True, False),
        ("lead_days = 30", "lead_days = 29", True, False),
        ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "GROUP" }', True, False),
        ('fields = ["phone", "message"]', 'fields = ["phone"]', False, True),
        ('about.en = "This', 'about.en = "That', False, False),
        ("# The reference", "# A reference", False, False),
        ("[recipient.police]", "[recipient.customs]", True, True),
    ],
)
def test_only_what_goes_further_is_a_widening(old, new, there, back):
    after = parse(SOURCE.replace(old, new))
    assert is_widening(BEFORE, after) is there
    assert is_widening(after, BEFORE) is back


def test_description_does_not_differ_from_itself():
    assert diff(BEFORE, parse(SOURCE + "\n# a comment\n")) == ()


def test_change_of_2016_is_finer_for_the_chains_of_r2_and_marks_and_spencer():
    changes = diff(BEFORE.as_of(date(2016, 8, 31)), BEFORE.as_of(date(2016, 9, 1)))
    finer = {change.place.removeprefix("chain.") for change in changes if change.direction is Direction.FINER}
    assert finer == {
        "s-market",
        "prisma",
        "sale",
        "alepa",
        "emotion",
        "marks-and-spencer",
        "kodin-terra",
        "s-rauta",
        "abc",
    }
    assert {change.direction for change in changes} == {Direction.FINER}
    assert "prisma store is collected at PRODUCT instead of GROUP" in [change.words for change in changes]
    assert len(changes) == 15


def test_widening_stands_first():
    after = parse(
        SOURCE.replace("quarters = 20", "quarters = 24").replace('fields = ["phone", "message"]', 'fields = ["phone"]')
    )
    assert [change.direction for change in diff(BEFORE, after)] == [Direction.LONGER, Direction.NARROWER]


def test_dropping_a_notice_channel_is_wider():
    start, end = SOURCE.index("[notice_channel.press_release]"), SOURCE.index("[notice_channel.news_item]")
    after = parse((SOURCE[:start] + SOURCE[end:]).replace('"press_release", ', ""))
    assert str(diff(BEFORE, after)[0]) == "wider: a widening is no longer announced by press_release"
    assert diff(after, BEFORE)[0].words == "a widening is also announced by press_release"
