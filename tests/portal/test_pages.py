"""The customer's pages over the real register: what the owner sees at which level; a stranger nothing (R3, R7, R12)."""

import re

import pytest

import browsing
import building
from tarkka.vocabulary import Language


@pytest.fixture(scope="module")
def household(site):
    """A household of two: the first has a receipt at each level and one returned, the second has none."""
    household = building.a_household()
    source = building.a_source()
    building.take_three_levels(source, household.cards[0])
    sale = building.a_receipt(card=household.cards[0], purchased_at="2024-04-01T10:00:00+03:00")
    building.take(source, [sale])
    taken_back = {
        "line": 1,
        "gtin": "6408430000135",
        "name": "Milk",
        "group": "dairy",
        "quantity": "-1",
        "unit": "pcs",
        "amount": "-2.00",
    }
    back = building.a_receipt(
        card=household.cards[0],
        kind="return",
        refers_to=sale["receipt_id"],
        purchased_at="2024-04-02T10:00:00+03:00",
        total="-2.00",
        bonus_eligible="-2.00",
        card_benefit="0.00",
        payments=[{"method": "card", "amount": "-2.00"}],
        lines=[taken_back],
    )
    verdicts = building.take(source, [back])
    assert [verdict.status for verdict in verdicts] == ["accepted"], verdicts
    return household


@pytest.fixture
def owner(household):
    return browsing.signed_in(household.persons[0])


@pytest.fixture
def stranger(household):
    return browsing.signed_in(household.persons[1])


def receipts_on(answer) -> list[str]:
    """Return the addresses of the receipts that a page lists, newest first."""
    return re.findall(r'<a class="row" href="(/purchases/\d+/)', answer.content.decode())


def listed(answer) -> str:
    """Return what a page of purchases says below its search."""
    return browsing.words(answer).partition("2014 ")[2]


def test_purchases_stand_newest_first_by_month_with_their_sum(owner):
    page = owner.get("/purchases/")
    assert len(receipts_on(page)) == 5
    text = browsing.words(page)
    assert text.index("April 2024") < text.index("March 2024") < text.index("March 2015")
    assert "The month’s purchases in all €8.00" in text
    assert "−€2.00" in text
    assert "Return" in text


def test_each_purchase_bears_its_level(owner):
    text = listed(owner.get("/purchases/"))
    assert [text.count(word) for word in ("Products", "Groups", "Total")] == [3, 1, 1]


def test_a_receipt_at_product_level_is_as_good_as_paper(owner):
    page = owner.get(receipts_on(owner.get("/purchases/"))[1])
    text = browsing.words(page)
    for told in (
        "Milk",
        "2 × 2.00",
        "4.00",
        "Bread",
        "0.5 kg × 12.00",
        "6.00",
        "Total 10.00",
        "Paid by bank or credit card €10.00",
    ):
        assert told in text
    assert "Part that earns Bonus €10.00" in text
    assert "Price benefits by card €0.50" in text
    # In the words of the register description.
    assert "Stored by product. Every line of the receipt: product, quantity and price." in text
    assert "Prisma, outlets: purchases have been collected by product since 1 Sept 2016." in text
    assert "Version 2 of the register description, in force since 1 Sept 2016" in text


def test_a_receipt_at_group_level_shows_groups_and_when_it_became_finer(owner):
    text = browsing.words(owner.get(receipts_on(owner.get("/purchases/"))[4]))
    assert "Stored by product group. Besides the total, how much you spent on each product group" in text
    assert "Prisma, outlets: purchases have been collected by product group since 1 May 2014." in text
    assert "Version 1 of the register description, in force since 1 May 2014" in text
    assert "By product these purchases have been collected only since 1 Sept 2016." in text
    assert "4.00" in text
    assert "Milk" not in text


def test_a_receipt_at_total_level_shows_the_total_alone(owner):
    addresses = receipts_on(owner.get("/purchases/"))
    text = next(
        text for text in (browsing.words(owner.get(each)) for each in addresses) if "Only the total is stored" in text
    )
    assert "Total €10.00" in text
    assert "Restaurants, outlets: only the total of purchases has been collected since 1 May 2014." in text
    assert "Milk" not in text
    assert "4.00" not in text


def test_a_receipt_that_was_delivered_coarser_says_so(site):
    household = building.a_household(1)
    receipt = building.a_receipt(card=household.cards[0], lines=None, groups=[{"group": "dairy", "amount": "10.00"}])
    (verdict,) = building.take(building.a_source(), [receipt])
    assert verdict.level.name == "GROUP"
    client = browsing.signed_in(household.persons[0])
    text = browsing.words(client.get(receipts_on(client.get("/purchases/"))[0]))
    assert "Stored by product group." in text
    assert "would allow finer data, but the outlet did not deliver it to the register." in text
    assert "only since" not in text


@pytest.mark.parametrize(("at", "later"), [(building.PRODUCT_TIME, False), (building.GROUP_TIME, True)])
def test_a_receipt_of_somebody_whose_purchases_were_capped_says_so(site, at, later):
    household = building.a_household(1)
    with building.administrator() as connection:
        connection.execute(
            "INSERT INTO level_cap (person_id, level, valid, reason) VALUES (%s, 'TOTAL', '[2014-06-01,)', 'a test')",
            [household.persons[0]],
        )
    (verdict,) = building.take(building.a_source(), [building.a_receipt(card=household.cards[0], purchased_at=at)])
    assert verdict.level.name == "TOTAL"
    client = browsing.signed_in(household.persons[0])
    text = browsing.words(client.get(receipts_on(client.get("/purchases/"))[0]))
    assert "Only the total is stored." in text
    assert "the data protection officer had granted a request to limit how they are stored" in text
    # Whoever has no cap would have had it finer since then.
    assert ("By product these purchases have been collected only since 1 Sept 2016." in text) == later


def test_a_return_of_a_coarser_sale_says_that_it_is_as_its_sale(site):
    household = building.a_household(1)
    source = building.a_source()
    sale = building.a_receipt(card=household.cards[0], purchased_at="2016-08-30T12:00:00+03:00")
    building.take(source, [sale])
    back = building.a_return(sale, card=household.cards[0], purchased_at="2016-09-02T12:00:00+03:00")
    (verdict,) = building.take(source, [back])
    assert (verdict.status, verdict.level.name) == ("accepted", "GROUP")
    client = browsing.signed_in(household.persons[0])
    text = browsing.words(client.get(receipts_on(client.get("/purchases/"))[0]))
    assert "A return is stored as finely as the purchase that it concerns." in text


def test_a_return_and_its_sale_lead_to_each_other(owner):
    back, sale = receipts_on(owner.get("/purchases/"))[:2]
    assert f'href="{sale}"' in owner.get(back).content.decode()
    assert f'href="{back}"' in owner.get(sale).content.decode()


def test_somebody_elses_receipt_is_not_found_not_even_in_the_same_household(owner, stranger):
    for address in receipts_on(owner.get("/purchases/")):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "Prisma" not in answer.content.decode()


def test_somebody_elses_receipt_and_one_that_is_not_there_look_the_same(owner, stranger):
    address = receipts_on(owner.get("/purchases/"))[0]
    absent = "/purchases/999999999999999999/"
    there, nowhere = stranger.get(address).content.decode(), stranger.get(absent).content.decode()
    hidden = r'csrfmiddlewaretoken" value="[^"]+"'
    assert re.sub(hidden, "", there).replace(address, "") == re.sub(hidden, "", nowhere).replace(absent, "")


@pytest.mark.parametrize(
    "address",
    [
        "/purchases/0/",
        "/purchases/9999999999999999999/",
        "/purchases/?before=x",
        "/purchases/?before=-1",
        "/looks/?before=9999999999999999999",
    ],
)
def test_an_id_that_cannot_be_is_not_found(owner, address):
    assert owner.get(address).status_code == 404


def test_a_person_without_purchases_is_told_how_they_come(stranger):
    assert "No purchases When you use your card, the purchase appears here." in browsing.words(
        stranger.get("/purchases/")
    )


def test_purchases_go_on_where_the_page_ends(site):
    household = building.a_household(1)
    source = building.a_source()
    receipts = [
        building.a_receipt(
            card=household.cards[0], purchased_at=f"2024-{1 + number // 20:02d}-{1 + number % 20:02d}T12:00:00+02:00"
        )
        for number in range(60)
    ]
    building.take(source, receipts)
    client = browsing.signed_in(household.persons[0])
    first = client.get("/purchases/")
    older = re.search(r'rel="next" href="(/purchases/\?before=\d+)"', first.content.decode())
    assert older
    second = client.get(older[1])
    seen = receipts_on(first) + receipts_on(second)
    assert (len(receipts_on(first)), len(seen), len(set(seen))) == (50, 60, 60)
    assert 'rel="next"' not in second.content.decode()
    # January is on both pages, with the sum of all of it.
    assert browsing.words(first).count("The month’s purchases in all €200.00") == 3
    assert browsing.words(second).count("The month’s purchases in all €200.00") == 1


def test_every_look_is_shown_this_one_included(stranger):
    stranger.get("/purchases/")
    first, second = (browsing.words(stranger.get("/looks/?by=me")) for _ in range(2))
    for page in (first, second):
        assert page.count("this look") == 1
        assert page.index("this look") < page.index("You Your data Total")
    assert second.count("Looking at your own data") == first.count("Looking at your own data") + 1


def test_a_look_of_staff_is_told_apart_and_has_its_case(household, owner):
    from tarkka import access
    from tarkka.vocabulary import Purpose, Role

    subject = access.person(household.persons[0])
    asked = {
        "role": Role.CUSTOMER_SERVICE,
        "purpose": Purpose.CUSTOMER_SERVICE,
        "subject": subject,
        "case_ref": "C-8841",
    }
    with pytest.raises(access.Refused), access.opened(actor="nobody", **asked):
        pass
    text = browsing.words(owner.get("/looks/"))
    assert "Case C-8841" in text
    assert "Nothing was shown" in text
    assert "Refused" in text
    assert "nobody" not in text


@pytest.mark.parametrize("language", list(Language))
def test_every_page_speaks_the_chosen_language(household, language):
    client = browsing.signed_in(household.persons[0], language=language)
    pages = ["/", "/sign-in/", "/purchases/", "/looks/", *receipts_on(client.get("/purchases/"))]
    for address in pages:
        answer = client.get(address)
        assert f'<html lang="{language}">' in answer.content.decode()
        assert answer["Content-Language"] == language
        # A message id that nobody translated would show as itself.
        assert not re.search(
            r"\b(?:page|receipt|purchases|search|looks|why|level|start|sign_in|demo)\.\w+", browsing.words(answer)
        ), address


def test_a_persons_own_language_holds_until_they_choose_another(household):
    client = browsing.signed_in(household.persons[0], language=None)
    assert 'lang="fi"' in client.get("/purchases/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    client.post("/language/", {"language": "sv", "next": "/purchases/"})
    assert '<html lang="sv">' in client.get("/purchases/", HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_pages_with_personal_data_are_kept_in_no_cache(owner):
    for address in ["/purchases/", "/looks/", receipts_on(owner.get("/purchases/"))[0]]:
        assert "no-store" in owner.get(address)["Cache-Control"]


def test_every_page_says_that_it_is_the_demo(owner):
    for address in ["/", "/sign-in/", "/purchases/", "/looks/", receipts_on(owner.get("/purchases/"))[0], "/nowhere/"]:
        assert "The people are invented" in browsing.words(owner.get(address)), address


def test_no_page_may_load_anything_from_elsewhere_or_inline(owner):
    answer = owner.get("/purchases/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|https?://", page)
    assert re.findall(r"<script[^>]*>", page) == re.findall(r'<script src="/static/[\w./-]+" defer>', page)


def test_the_person_is_named_on_the_page_and_nowhere_in_its_address(owner):
    page = owner.get("/purchases/").content.decode()
    assert "Given0 Family" in page
    assert not re.search(r'(?:href|action)="[^"]*(?:Given|Family)', page)


def test_an_error_inside_is_told_in_our_own_look(owner, monkeypatch):
    from tarkka.portal.pages import purchases

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("with something personal in it")

    monkeypatch.setattr(purchases.searches, "find_receipts", broken)
    owner.raise_request_exception = False
    answer = owner.get("/purchases/")
    assert answer.status_code == 500
    assert "Something went wrong" in browsing.words(answer)
    assert "personal in it" not in answer.content.decode()
    assert "The people are invented" in browsing.words(answer)


def test_a_look_that_the_door_refuses_is_forbidden_and_says_so(owner, monkeypatch):
    from tarkka import access
    from tarkka.vocabulary import Purpose

    opened = access.opened
    monkeypatch.setattr(access, "opened", lambda **asked: opened(**asked | {"purpose": Purpose.MARKETING}))
    answer = owner.get("/purchases/")
    assert answer.status_code == 403
    assert "The attempt has been recorded, and no data was shown." in browsing.words(answer)
