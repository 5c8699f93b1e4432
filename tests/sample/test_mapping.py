"""Stores, products, groups and people: what the data set's things become."""

import re
from collections import Counter
from datetime import date
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from tarkka.people.identity import checked
from tarkka.sample.demo import demo_choices
from tarkka.sample.groups import OTHER, group_of, product_groups
from tarkka.sample.outlets import outlet_rows, slug
from tarkka.sample.people import SINCE, household_facts, households, identity_code, luhn_digit
from tarkka.sample.products import product_name
from tarkka.sample.source import pick
from tarkka.vocabulary import is_gtin

CHAINS = {
    "s-market", "prisma", "sale", "alepa", "sokos", "emotion", "marks-and-spencer", "kodin-terra", "s-rauta", "abc",
    "hotels", "restaurants", "partners",
}  # fmt: skip


def test_every_category_has_exactly_one_group(part):
    categories = [category for group in product_groups() for category in group.categories]
    assert len(categories) == len(set(categories))
    known = part.connection.execute(
        "SELECT DISTINCT product_category FROM source_products WHERE product_category IS NOT NULL"
    ).fetchall()
    assert {category for (category,) in known} == set(categories)


def test_every_type_listed_in_a_group_exists(part):
    types = {product_type for group in product_groups() for product_type in group.types}
    known = {row[0] for row in part.connection.execute("SELECT DISTINCT product_type FROM source_products").fetchall()}
    assert types <= known


def test_groups_have_slugs_and_names_in_three_languages():
    assert 40 <= len(product_groups()) <= 70
    for group in product_groups():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", group.code)
        assert group.name_fi
        assert group.name_sv
        assert group.name_en


def test_a_type_goes_before_its_category_and_the_unknown_is_other():
    assert group_of("COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED").code == "fuel"
    assert group_of("YOGURT", "YOGURT MULTI-PACKS").code == "dairy"
    assert group_of(None, None).code == OTHER
    assert group_of("NO SUCH CATEGORY", "NO SUCH TYPE").code == OTHER


def test_every_gtin_is_right_and_of_the_range_for_internal_use(part):
    numbers = [row[0] for row in part.connection.execute("SELECT gtin FROM product WHERE gtin IS NOT NULL").fetchall()]
    assert len(numbers) == len(set(numbers)) > 75_000
    assert all(len(number) == 13 and number.startswith("20") and is_gtin(number) for number in numbers)


def test_every_product_bought_is_mapped(part):
    bought, mapped, unnamed = part.connection.execute(
        "SELECT count(DISTINCT t.product_id), count(DISTINCT product.product_id), count(DISTINCT t.product_id)"
        " FILTER (product.name IS NULL OR product.name = '')"
        " FROM source_transactions t LEFT JOIN product USING (product_id)"
    ).fetchone()
    assert (bought, unnamed) == (mapped, 0)


def test_names_are_readable_and_name_no_brand():
    assert product_name("BREAD", "BREAD:ITALIAN/FRENCH", "National", None) == "Bread: italian/french"
    assert product_name("MAKEUP AND TREATMENT", "MAYBELLINE", "National", None) == "Makeup and treatment"
    assert product_name("ICE CREAM/MILK/SHERBTS", "PREMIUM", "Private", "56 OZ") == (
        "Ice cream/milk/sherbts: premium, own brand, 56 oz"
    )
    assert product_name("CHEESE", "CHEESE CRACKERS (CHEEZ-ITS/GOL", "National", "strange size") == "Cheese crackers"
    assert product_name(None, None, None, None) == "Unnamed product"


def test_names_hold_nothing_that_json_would_escape(part):
    """The NDJSON writer takes keys that are null out of the text by a pattern: no name may look like one."""
    (strange,) = part.connection.execute("""SELECT count(*) FROM product WHERE name ~ '["\\\\]'""").fetchone()
    assert strange == 0


def test_every_store_has_one_outlet_of_a_chain_of_the_description(part):
    stores = [outlet.store_id for outlet in part.outlets if outlet.store_id is not None]
    assert len(stores) == len(set(stores)) == 457
    assert {outlet.chain for outlet in part.outlets} == CHAINS
    codes = [row["code"] for row in outlet_rows(part.outlets)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in codes)


def test_outlets_do_not_depend_on_how_many_households_are_taken(part, whole):
    assert part.outlets == whole.outlets


def test_slug_is_ascii():
    assert slug("Prisma Kannelmäki") == "prisma-kannelmaki"
    assert slug("Marks & Spencer Åggelby") == "marks-spencer-aggelby"


def test_identity_codes_are_right_and_of_the_test_numbers(part):
    persons = [person for household in households(household_facts(part.connection), 2) for person in household.persons]
    codes = [person.identity_code for person in persons]
    assert len(codes) == len(set(codes))
    for code in codes:
        assert checked(code) == code
        assert 900 <= int(code[7:10]) <= 999
    assert {code[6] for code in codes} == set("-YXWVUABCDEF")


def test_the_check_character_is_that_of_the_published_example():
    # The Digital and Population Data Services Agency's own example.
    assert identity_code(date(1952, 10, 13), "-", 308) == "131052-308T"


def test_households_have_one_main_member_and_one_to_three_persons(part):
    found = list(households(household_facts(part.connection)))
    assert len(found) == 2469
    for household in found:
        assert 1 <= len(household.persons) <= 3
        assert [person.is_main_member for person in household.persons] == [True] + [False] * (
            len(household.persons) - 1
        )
        assert all(1 <= len(person.cards) <= 2 and person.cards[0].opened_on == SINCE for person in household.persons)


def test_the_known_size_of_a_household_holds(part):
    facts = household_facts(part.connection)
    for (_, size, _), household in zip(facts, households(facts), strict=True):
        if size is not None:
            assert len(household.persons) == min(int(size.rstrip("+")), 3)


def test_card_numbers_are_unique_and_have_a_right_check_digit(part):
    facts = household_facts(part.connection)
    numbers = [card.number for home in households(facts, 3) for person in home.persons for card in person.cards]
    assert len(numbers) == len(set(numbers))
    assert all(len(number) == 16 and number[0] == "9" and luhn_digit(number[:-1]) == number[-1] for number in numbers)


def test_all_three_languages_are_spoken(part):
    spoken = {person.language for home in households(household_facts(part.connection)) for person in home.persons}
    assert spoken == {"fi", "sv", "en"}


def test_copies_of_households_have_other_people_and_the_first_stay_the_same(part):
    facts = household_facts(part.connection)
    twice = list(households(facts, 2))
    assert twice[:2469] == list(households(facts))
    assert {home.key for home in twice[:2469]}.isdisjoint(home.key for home in twice[2469:])


@given(st.text("0123456789", min_size=1, max_size=30), st.integers(0, 29))
def test_luhn_finds_every_single_wrong_digit(digits, place):
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
    assert luhn_digit(digits) != luhn_digit(wrong)


def test_pick_is_the_same_in_python_and_sql(part):
    keys = [key**7 + turn for key in range(1, 60) for turn in range(20)]
    for salt, n in ((0, 1), (1, 1000), (31, 7), (99_999 + 40 * 1009, 2**28)):
        rows = part.connection.execute(
            "SELECT pick(key, ?, ?) FROM (SELECT unnest(?::BIGINT[]) AS key)", [salt, n, keys]
        ).fetchall()
        assert [row[0] for row in rows] == [pick(key, salt, n) for key in keys]


def test_picks_of_different_salts_are_independent():
    both = Counter((pick(key, 1, 4), pick(key, 2, 4)) for key in range(31_198_570_044, 31_198_570_044 + 16_000))
    assert all(850 < both[one, other] < 1150 for one in range(4) for other in range(4))


def test_demo_people_are_of_the_sample_and_told_in_three_languages(part):
    homes = {home.key: home for home in households(household_facts(part.connection))}
    chosen = [
        next(person for person in homes[choice.key.rpartition("-")[0]].persons if person.key == choice.key)
        for choice in demo_choices()
    ]
    assert all(set(choice.why) == {"fi", "sv", "en"} for choice in demo_choices())
    assert {person.language for person in chosen} == {"fi", "sv", "en"}
    main, member = islice(chosen, 2)
    assert main.key.rpartition("-")[0] == member.key.rpartition("-")[0]
    assert (main.is_main_member, member.is_main_member) == (True, False)
