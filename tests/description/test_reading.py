"""Every kind of mistake in a file is told with its place, what is wrong, and how to mend it; all of them at once."""

import re
from pathlib import Path

import pytest

from tarkka.description.errors import DescriptionInvalid
from tarkka.description.loading import load, parse

FILE = Path(__file__).parents[2] / "descriptions" / "s_group.toml"
SOURCE = FILE.read_text()

# (what is replaced, with what): the place, what is wrong, and the remedy
MISTAKES = {
    # form
    "a misspelt table": (("[controller]", "[controler]"), "controler", "no such key", "Did you mean 'controller'?"),
    "a misspelt key": (
        ("lead_days = 30", "lead_day = 30"),
        "notice.lead_day",
        "no such key",
        "Did you mean 'lead_days'?",
    ),
    "a strange key": (("lead_days = 30", "lead_days = 30\nzzz = 1"), "notice.zzz", "no such key", "Use one of: "),
    "a missing key": (("lead_days = 30\n", ""), "notice.lead_days", "missing", "a whole number"),
    "a missing language": (
        ('name.sv = "Dataskyddsombudet"\n', ""),
        "data_protection_officer.name.sv",
        "missing",
        "Add it: text in quotation marks",
    ),
    "an empty text": (
        ('name.sv = "Dataskyddsombudet"', 'name.sv = "  "'),
        "data_protection_officer.name.sv",
        "empty",
        "Write it",
    ),
    "a number as text": (("lead_days = 30", 'lead_days = "30"'), "notice.lead_days", "found '30'", "a whole number"),
    "a broken number": (("lead_days = 30", "lead_days = 30.5"), "notice.lead_days", "found 30.5", "a whole number"),
    "true for a number": (("lead_days = 30", "lead_days = true"), "notice.lead_days", "found True", "a whole number"),
    "a day as text": (
        ("from = 2016-09-01", 'from = "2016-09-01"'),
        "collection[4].from",
        "expected a day",
        "without quotation marks",
    ),
    "a moment for a day": (
        ("from = 2016-09-01", "from = 2016-09-01T00:00:00"),
        "collection[4].from",
        "expected a day",
        "2016-09-01",
    ),
    "text for a list": (
        ('channels = ["web"]', 'channels = "web"'),
        "collection[2].channels",
        "expected a list",
        "brackets",
    ),
    "a list for a table": (
        ("[supervision]", "[[supervision]]"),
        "supervision",
        "expected a table",
        "docs/description.md",
    ),
    "a table for a list": (("[[announcement]]", "[announcement]"), "announcement", "expected a list", "double ones"),
    "no TOML": (("[controller]", "[controller"), "", "this is not TOML", "line"),
    "a huge number": (("lead_days = 30", "lead_days = " + "9" * 5000), "", "this is not TOML", "toml.io"),
    # words of closed lists
    "a misspelt level": (
        ('level = "GROUP"', 'level = "GRUOP"'),
        "collection[3].level",
        "'GRUOP'",
        "Did you mean 'GROUP'?",
    ),
    "a level in lower case": (
        ('level = "GROUP"', 'level = "group"'),
        "collection[3].level",
        "'group'",
        "Did you mean 'GROUP'?",
    ),
    "a misspelt channel": (
        ('channels = ["web"]', 'channels = ["wep"]'),
        "collection[2].channels[1]",
        "'wep'",
        "Did you mean 'web'?",
    ),
    "a misspelt purpose": (
        ("[purpose.recall]", "[purpose.recal]"),
        "purpose.recal",
        "'recal'",
        "Did you mean 'recall'?",
    ),
    "a misspelt role": (
        ('roles = ["automatic", "marketer"]', 'roles = ["automatic", "marketeer"]'),
        "purpose.marketing.use[1].roles[2]",
        "'marketeer'",
        "Did you mean 'marketer'?",
    ),
    "a strange subject": (
        ('subjects = ["audience"]', 'subjects = ["everybody"]'),
        "purpose.marketing.use[1].subjects[1]",
        "'everybody'",
        "Use one of: audience, household, lookup, person, trace, trail",
    ),
    "a strange basis": (
        ('basis = "contract"', 'basis = "because"'),
        "purpose.household_view.basis",
        "'because'",
        "Use one of: consent, contract",
    ),
    "a third objection": (("[objection.B]", "[objection.C]"), "objection.C", "'C'", "Use one of: A, B"),
    "an outsider": (
        ('kind = "bank"', 'kind = "supplier"'),
        "recipient.bank.kind",
        "'supplier'",
        "Use one of: authority, bank, processor",
    ),
    # between tables
    "another format": (("format = 1", "format = 2"), "format", "format 2", "Write format 1"),
    "no time zone": (
        ("Europe/Helsinki", "Europe/Helsingfors"),
        "register.time_zone",
        "no time zone",
        "Europe/Helsinki",
    ),
    "a path for a time zone": (
        ("Europe/Helsinki", "../etc/passwd"),
        "register.time_zone",
        "no time zone",
        "Europe/Helsinki",
    ),
    "no currency": (('"EUR"', '"euro"'), "register.currency", "no currency code", "EUR"),
    "a chain code with a capital": (("[chain.sale]", "[chain.Sale]"), "chain.Sale", "lowercase", "s-market"),
    "an unknown chain group": (
        ('group = "hardware"', 'group = "hardwear"'),
        "chain.kodin-terra.group",
        "'hardwear'",
        "Did you mean 'hardware'?",
    ),
    "a misspelt chain": (
        ('chains = ["sokos", "emotion"]', 'chains = ["sokos", "emotoin"]'),
        "collection[1].chains",
        "'emotoin'",
        "Did you mean 'emotion'?",
    ),
    "a chain twice in a rule": (
        ('chains = ["sokos", "emotion"]', 'chains = ["sokos", "sokos"]'),
        "collection[1].chains",
        "2 times",
        "once",
    ),
    "no chains": (('chains = ["sokos", "emotion"]', "chains = []"), "collection[1].chains", "empty", "at least one"),
    "two levels on one day": (
        (
            'chains = ["sokos", "emotion"]\nchannels = ["store"]',
            'chains = ["sokos", "emotion"]\nchannels = ["store", "web"]',
        ),
        "collection[2]",
        "sokos web from 2014-05-01 already has a level in collection[1]",
        "once a day",
    ),
    "an interest unstated": (
        ('interest.fi = "Asiakasta', 'zinterest.fi = "Asiakasta'),
        "purpose.marketing.interest.fi",
        "missing",
        "text",
    ),
    "an interest of another basis": (
        ('[purpose.statistics]\nbasis = "legitimate_interests"', '[purpose.statistics]\nbasis = "consent"'),
        "purpose.statistics.interest",
        "the basis is consent",
        "Take it out",
    ),
    "a law unnamed": (
        ('law = "(EU) 2023/988, 35–36; (EC) 178/2002, 19"\n', ""),
        "purpose.recall.law",
        "not named",
        "GDPR 15",
    ),
    "a purpose that nobody uses so finely": (
        ('roles = ["automatic", "marketer"]\n', 'roles = ["automatic", "marketer"]\nlevel = "GROUP"\n'),
        "purpose.marketing.level",
        "no use reaches PRODUCT",
        "Lower it",
    ),
    "a use finer than its purpose": (
        (
            'roles = ["data_protection_officer"]\n',
            'roles = ["data_protection_officer"]\nlevel = "GROUP"\nneeds_case = true\n',
        ),
        "purpose.supervision.use[1].level",
        "finer than the purpose's own TOTAL",
        "coarser",
    ),
    "a use twice": (
        ('roles = ["automatic", "register_administrator"]', 'roles = ["automatic", "customer_service"]'),
        "purpose.register_upkeep.use[4]",
        "named twice",
        "once",
    ),
    "a household finer than its totals": (
        ('roles = ["customer"]\nsubjects = ["person"]', 'roles = ["customer"]\nsubjects = ["person", "household"]'),
        "purpose.own_data.use[1].level",
        "TOTAL only",
        "take household out",
    ),
    "a customer who sees others": (
        ('roles = ["customer"]\nsubjects = ["person"]', 'roles = ["customer"]\nsubjects = ["person", "trace"]'),
        "purpose.own_data.use[1].subjects",
        "others (R13)",
        "themselves",
    ),
    "staff without a case": (
        (
            'roles = ["customer_service"]\nsubjects = ["person"]\nneeds_case = true',
            'roles = ["customer_service"]\nsubjects = ["person"]',
        ),
        "purpose.customer_service.use[1].needs_case",
        "without a case",
        "needs_case = true",
    ),
    "a customer with a case": (
        (
            'roles = ["customer"]\nsubjects = ["household"]',
            'roles = ["customer"]\nsubjects = ["household"]\nneeds_case = true',
        ),
        "purpose.household_view.use[1].needs_case",
        "only staff",
        "use of their own",
    ),
    "a customer as staff": (
        ("[role.customer]\nstaff = false", "[role.customer]\nstaff = true"),
        "role.customer.staff",
        "no member of staff",
        "staff = false",
    ),
    "an analyst who is no staff": (
        ("[role.analyst]\nstaff = true", "[role.analyst]\nstaff = false"),
        "role.analyst.staff",
        "is staff",
        "staff = true",
    ),
    "an objection to a recall": (
        ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "TOTAL", recall = "TOTAL" }'),
        "objection.A.lowers.recall",
        "the law obliges",
        "Take it out",
    ),
    "an objection that lowers nothing": (
        ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "PRODUCT" }'),
        "objection.A.lowers.marketing",
        "lowers nothing",
        "coarser",
    ),
    "an objection to a trace": (
        ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "TOTAL", statistics = "TOTAL" }'),
        "objection.A.lowers.statistics",
        "no place for objections",
        "audience",
    ),
    "an exception for every receipt": (
        ("one_receipt = true\n", ""),
        "situation.receipt_question.kept_under",
        "more than one receipt",
        "one_receipt = true",
    ),
    "an exception to nothing": (
        ('kept_under = ["B"]', 'kept_under = ["A"]'),
        "situation.receipt_question.kept_under",
        "does not lower",
        "Take it out",
    ),
    "products kept longest": (
        ("quarters = 12", "quarters = 21"),
        "retention.PRODUCT.quarters",
        "longer than the coarser",
        "20 or less",
    ),
    "nothing kept": (
        ("quarters = 12", "quarters = 0"),
        "retention.PRODUCT.quarters",
        "no possible number",
        "from 1 to 400",
    ),
    "an unknown field": (
        ('"bonus_amount", "payment_reference"]', '"bonus_amont", "payment_reference"]'),
        "recipient.bank.fields",
        "'bonus_amont'",
        "Did you mean 'bonus_amount'?",
    ),
    "no field": (
        ('fields = ["phone", "message"]', "fields = []"),
        "recipient.text_message.fields",
        "empty",
        "at least one",
    ),
    "no time to be told": (("lead_days = 30", "lead_days = 0"), "notice.lead_days", "no time", "from 1 to 366"),
    "nobody told publicly": (('kind = "public"', 'kind = "direct"'), "notice_channel", "no channel is public", "R32"),
    "an announcement elsewhere": (
        ('channels = ["customer_magazine", "customer_mailing"', 'channels = ["magazine", "customer_mailing"'),
        "announcement[1].channels",
        "'magazine'",
        "Did you mean 'customer_magazine'?",
    ),
    "an announcement of nothing": (
        ("effective_on = 2016-09-01", "effective_on = 2016-09-02"),
        "announcement[1].effective_on",
        "nothing changes",
        "[[collection]]",
    ),
    "an announcement too late": (
        ("\non = 2016-08-02", "\non = 2016-09-02"),
        "announcement[1].on",
        "after it took effect",
        "the day of the announcement",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_told_with_place_and_remedy(name):
    (old, new), place, wrong, remedy = MISTAKES[name]
    assert old in SOURCE
    with pytest.raises(DescriptionInvalid) as caught:
        parse(SOURCE.replace(old, new), "mine.toml")

    found = [problem for problem in caught.value.problems if problem.place == place and wrong in problem.wrong]
    assert found, str(caught.value)
    assert any(remedy in f"{problem.wrong}. {problem.remedy}" for problem in found), str(caught.value)
    assert all(line.startswith("mine.toml: ") for line in str(caught.value).splitlines())


def test_mistakes_name_the_file_that_was_read(tmp_path):
    broken = SOURCE.replace("lead_days = 30", "lead_days = 0.5")
    path = tmp_path / "mine.toml"
    path.write_text(broken)
    with pytest.raises(DescriptionInvalid, match=f"^{re.escape(str(path))}: notice.lead_days: "):
        load(path)
    with pytest.raises(DescriptionInvalid, match=r"^description: notice.lead_days: "):
        parse(broken)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [('chains = ["sokos", "emotion"]\n', "a list"), ('level = "PRODUCT"\n', "one of TOTAL, GROUP, PRODUCT")],
)
def test_remedy_for_what_is_missing_says_what_to_write(line, remedy):
    head, mark, rest = SOURCE.partition("[[collection]]")
    with pytest.raises(DescriptionInvalid) as caught:
        parse(head + mark + rest.replace(line, "", 1))
    assert any(remedy in f"{problem.wrong}. {problem.remedy}" for problem in caught.value.problems), str(caught.value)


def test_role_that_is_not_described_is_told():
    start = SOURCE.index("[role.analyst]")
    with pytest.raises(DescriptionInvalid, match=r"purpose.statistics.use\[1\].roles: there is no 'analyst'"):
        parse(SOURCE[:start] + SOURCE[SOURCE.index("[role.customer_service]") :])


@pytest.mark.parametrize(("table", "following", "place"), [
    ("[level.GROUP]", "[level.PRODUCT]", "level.GROUP"),
    ("[retention.GROUP]", "[retention.PRODUCT]", "retention.GROUP"),
    ("[objection.B]", "[place.portal]", "objection.B"),
])  # fmt: skip
def test_table_that_every_description_needs_is_asked_for(table, following, place):
    with pytest.raises(DescriptionInvalid) as caught:
        parse(SOURCE[: SOURCE.index(table)] + SOURCE[SOURCE.index(following) :])
    assert place in [problem.place for problem in caught.value.problems]


def test_collection_without_rules_is_told():
    with pytest.raises(DescriptionInvalid, match="collection: no rule says"):
        parse("collection = []\n" + re.sub(r"\[\[collection\]\]\n(\w+ = .*\n)+", "", SOURCE))


@pytest.mark.parametrize("key", ["changes", "keeps"])
def test_objection_that_does_not_say_what_it_does_is_told(key):
    without = re.sub(rf"\[\[objection\.A\.{key}\]\]\n(\w+ = .*\n)+", "", SOURCE)
    with pytest.raises(DescriptionInvalid, match=rf"objection.A.{key}: the list is empty"):
        parse(without.replace("[objection.A]", f"[objection.A]\n{key} = []"))


def test_all_mistakes_are_told_at_once():
    names = [
        "a misspelt key",
        "a misspelt level",
        "an analyst who is no staff",
        "products kept longest",
        "an objection to a recall",
        "no field",
    ]
    source = SOURCE
    for name in names:
        source = source.replace(*MISTAKES[name][0])
    with pytest.raises(DescriptionInvalid) as caught:
        parse(source)
    assert {problem.place for problem in caught.value.problems} >= {MISTAKES[name][1] for name in names}
    assert len(caught.value.problems) == len(names)


def test_one_slip_is_one_problem():
    with pytest.raises(DescriptionInvalid) as caught:
        parse(SOURCE.replace("[controller]", "[controler]"))
    assert [problem.place for problem in caught.value.problems] == ["controler"]
