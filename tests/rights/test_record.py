"""The record of processing activities says all that article 30(1) demands, in the description's own words (R33)."""

from pathlib import Path

import pytest

from tarkka.cli.record import text
from tarkka.description.loading import load, parse
from tarkka.vocabulary import Language

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "descriptions" / "s_group.toml"


def sections(document, language):
    from tarkka.rights.record import record

    return {each.point: each for each in record(document, language)}


def lines(section) -> list[str]:
    return [line for entry in section.entries for line in (entry.name, *entry.lines)]


@pytest.mark.parametrize("language", Language)
def test_every_point_of_the_article_is_told_in_the_descriptions_words(site, language):
    document = load(REFERENCE).document
    found = sections(document, language)
    assert list(found) == list("abcdefg")
    told = {point: " ".join(lines(section)) for point, section in found.items()}
    for contact in (document.controller, document.data_protection_officer):
        assert contact.contact.written_in(language) in told["a"]
    for rule in document.purpose.values():
        assert rule.text.written_in(language) in told["b"]
        assert rule.interest is None or rule.interest.written_in(language) in told["b"]
    for recipient in document.recipient.values():
        assert recipient.name.written_in(language) in told["d"]
        for field in recipient.fields:
            assert document.field[field].name.written_in(language) in told["d"]
    for kept in document.retention.values():
        assert kept.text.written_in(language) in told["f"]
    assert document.security.text.written_in(language) in told["g"]
    assert "record." not in " ".join(told.values()), "a message is missing"


def test_every_category_of_the_data_map_is_told_but_keys_and_what_is_of_nobody(site):
    from tarkka.rights.record import CATEGORY
    from tarkka.rights.tables import labels
    from tarkka.vocabulary import Category

    found = {category for table in labels().values() for category in table.columns.values()}
    assert found - {Category.KEY, Category.NONE} == set(CATEGORY)
    assert len(sections(load(REFERENCE).document, Language.EN)["c"].entries[1].lines) == len(CATEGORY)


def test_another_description_makes_another_record(site):
    other = REFERENCE.read_text().replace("quarters = 28", "quarters = 40", 1)
    before, after = (
        " ".join(lines(sections(each.document, Language.EN)["f"])) for each in (load(REFERENCE), parse(other))
    )
    assert ("7\xa0years" in before, "10\xa0years" in before) == (True, False)
    assert ("7\xa0years" in after, "10\xa0years" in after) == (False, True)


def test_the_page_is_the_one_that_the_program_makes(site):
    assert (ROOT / "docs" / "record-of-processing.md").read_text() == text(load(REFERENCE)), "run `tarkka record`"
