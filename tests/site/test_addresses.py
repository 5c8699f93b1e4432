"""Every address of the site × every kind of actor × the status that it answers with. None may be missing here."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import browsing
import building
import recalling

SIGN_IN = "302 to sign-in"
CONSOLE_SIGN_IN = "302 to the console's sign-in"
ACTORS = ("anonymous", "owner", "household", "stranger")
# (name, method, address) → what an anonymous visitor, the owner, and whoever else is signed in get: another of the
# owner's household, and a stranger.
ADDRESSES = {
    ("bonus", "get", "/bonus/"): (SIGN_IN, 200, 200),
    ("bonus", "post", "/bonus/"): (405, 405, 405),
    # Main members', who are paid: the owner is none, the others are.
    ("bonus-account", "get", "/bonus/account/"): (SIGN_IN, 404, 200),
    ("bonus-account", "post", "/bonus/account/"): (SIGN_IN, 404, 422),
    ("bonus-month", "get", "/bonus/month/?year=2024&month=3"): (SIGN_IN, 200, 200),
    ("bonus-month", "get", "/bonus/month/?year=2024"): (SIGN_IN, 404, 404),
    ("bonus-month", "get", "/bonus/month/?year=2090&month=3"): (SIGN_IN, 404, 404),
    ("bonus-month", "post", "/bonus/month/"): (405, 405, 405),
    ("bonus-statement", "get", "/bonus/statement.pdf?year=2024&month=3"): (SIGN_IN, 200, 200),
    ("bonus-statement", "get", "/bonus/statement.pdf?year=2013&month=3"): (SIGN_IN, 404, 404),
    ("card", "get", "/card/"): (SIGN_IN, 200, 200),
    ("card", "post", "/card/"): (405, 405, 405),
    ("card-copy", "get", "/card/copy/"): (SIGN_IN, 200, 200),
    ("choices", "get", "/choices/"): (SIGN_IN, 200, 200),
    ("choices", "post", "/choices/"): (SIGN_IN, 400, 400),
    ("choices-allow", "get", "/choices/allow/A/"): (SIGN_IN, 302, 302),
    ("choices-allow", "get", "/choices/allow/C/"): (SIGN_IN, 404, 404),
    ("choices-allow", "post", "/choices/allow/A/"): (SIGN_IN, 302, 302),
    # Of staff. A customer is nobody there: tests/console asks as staff.
    ("console-account", "get", "/console/account/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-account-add", "get", "/console/account/add/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-account-add", "post", "/console/account/add/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-account-password", "get", "/console/account/password/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-account-password", "post", "/console/account/password/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-account-remove", "get", "/console/account/remove/"): (405, 405, 405),
    ("console-account-remove", "post", "/console/account/remove/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-agreement", "get", "/console/agreement/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-agreement", "post", "/console/agreement/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-break-glass", "get", "/console/cases/break-glass/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-break-glass", "post", "/console/cases/break-glass/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breach", "get", "/console/breaches/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breach", "post", "/console/breaches/1/"): (405, 405, 405),
    ("console-breach-act", "get", "/console/breaches/1/act/"): (405, 405, 405),
    ("console-breach-act", "post", "/console/breaches/1/act/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breach-new", "get", "/console/breaches/new/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breach-new", "post", "/console/breaches/new/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breaches", "get", "/console/breaches/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-breaches", "post", "/console/breaches/"): (405, 405, 405),
    ("console-case", "get", "/console/cases/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-ask", "post", "/console/cases/1/requests/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-card", "post", "/console/cases/1/card/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-choice", "post", "/console/cases/1/choices/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-close", "post", "/console/cases/1/close/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-contact", "post", "/console/cases/1/contact/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-extract", "post", "/console/cases/1/extract/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-household", "post", "/console/cases/1/household/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-language", "post", "/console/cases/1/language/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-open", "post", "/console/cases/open/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-point-out", "post", "/console/cases/1/point-out/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-case-receipt", "get", "/console/cases/1/receipts/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-cases", "get", "/console/cases/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-cases", "post", "/console/cases/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-demo", "get", "/console/sign-in/demo/"): (200, 200, 200),
    ("console-demo", "post", "/console/sign-in/demo/"): (400, 400, 400),
    ("console-events", "get", "/console/supervision/events/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-events", "post", "/console/supervision/events/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-extracts", "get", "/console/extracts/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-flag", "get", "/console/supervision/flags/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-flag", "post", "/console/supervision/flags/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-home", "get", "/console/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-invitation", "get", "/console/invitation/"): (200, 200, 200),
    ("console-invitation", "post", "/console/invitation/"): (422, 422, 422),
    ("console-invitation-password", "get", "/console/invitation/password/"): (302, 302, 302),
    ("console-invitation-second", "get", "/console/invitation/second/"): (302, 302, 302),
    ("console-mandate-confirm", "post", "/console/mandates/confirm/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-mandate-end", "post", "/console/mandates/end/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-mandate-give", "get", "/console/mandates/give/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-mandate-give", "post", "/console/mandates/give/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-mandates", "get", "/console/mandates/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-proof", "get", "/console/proof/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-provider", "get", "/console/sign-in/start/"): (404, 404, 404),
    ("console-provider-back", "get", "/console/sign-in/back/"): (404, 404, 404),
    ("console-provider-keys", "get", "/console/sign-in/keys/"): (404, 404, 404),
    ("console-recall", "get", "/console/recalls/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall", "post", "/console/recalls/1/"): (405, 405, 405),
    ("console-recall-edit", "get", "/console/recalls/1/edit/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall-edit", "post", "/console/recalls/1/edit/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall-end", "get", "/console/recalls/1/end/"): (405, 405, 405),
    ("console-recall-end", "post", "/console/recalls/1/end/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall-new", "get", "/console/recalls/new/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall-new", "post", "/console/recalls/new/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recall-release", "get", "/console/recalls/1/release/"): (405, 405, 405),
    ("console-recall-release", "post", "/console/recalls/1/release/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recalls", "get", "/console/recalls/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-recalls", "post", "/console/recalls/"): (405, 405, 405),
    ("console-record", "get", "/console/record/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-record", "post", "/console/record/"): (405, 405, 405),
    ("console-request", "get", "/console/requests/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-request", "post", "/console/requests/1/"): (405, 405, 405),
    ("console-request-act", "get", "/console/requests/1/act/"): (405, 405, 405),
    ("console-request-act", "post", "/console/requests/1/act/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-request-answer", "get", "/console/requests/1/answer/"): (405, 405, 405),
    ("console-request-answer", "post", "/console/requests/1/answer/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-request-extend", "get", "/console/requests/1/extend/"): (405, 405, 405),
    ("console-request-extend", "post", "/console/requests/1/extend/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-requests", "get", "/console/requests/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-requests", "post", "/console/requests/"): (405, 405, 405),
    ("console-review", "get", "/console/supervision/reviews/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-review", "post", "/console/supervision/reviews/1/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-review-delay", "get", "/console/supervision/reviews/1/delay/"): (405, 405, 405),
    ("console-review-delay", "post", "/console/supervision/reviews/1/delay/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-reviews", "get", "/console/supervision/reviews/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-second", "get", "/console/sign-in/second/"): (302, 302, 302),
    ("console-sign-in", "get", "/console/sign-in/"): (200, 200, 200),
    ("console-sign-in", "post", "/console/sign-in/"): (422, 422, 422),
    ("console-sign-out", "get", "/console/sign-out/"): (405, 405, 405),
    ("console-sign-out", "post", "/console/sign-out/"): (302, 302, 302),
    ("console-supervision", "get", "/console/supervision/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-supervision", "post", "/console/supervision/"): (405, 405, 405),
    ("console-work", "get", "/console/supervision/work/"): (CONSOLE_SIGN_IN,) * 3,
    ("console-work", "post", "/console/supervision/work/"): (CONSOLE_SIGN_IN,) * 3,
    ("contact", "get", "/details/contact/email/"): (SIGN_IN, 200, 200),
    ("contact", "get", "/details/contact/fax/"): (SIGN_IN, 404, 404),
    ("contact", "get", "/details/contact/post/"): (SIGN_IN, 200, 200),
    ("contact", "post", "/details/contact/email/"): (SIGN_IN, 422, 422),
    ("description", "get", "/description/"): (200, 200, 200),
    ("description-version", "get", "/description/1/"): (200, 200, 200),
    ("description-version", "get", "/description/999/"): (404, 404, 404),
    ("extracts", "get", "/extracts/"): (200, 200, 200),
    ("details", "get", "/details/"): (SIGN_IN, 200, 200),
    ("details", "post", "/details/"): (405, 405, 405),
    ("details-language", "get", "/details/language/"): (405, 405, 405),
    ("details-language", "post", "/details/language/"): (SIGN_IN, 400, 400),
    ("details-wish", "get", "/details/wish/"): (405, 405, 405),
    ("details-wish", "post", "/details/wish/"): (SIGN_IN, 400, 400),
    ("healthz", "get", "/healthz"): (200, 200, 200),
    ("held", "get", "/purchases/held/"): (SIGN_IN, 200, 200),
    ("held", "post", "/purchases/held/"): (405, 405, 405),
    ("home", "get", "/home/"): (SIGN_IN, 200, 200),
    ("household", "get", "/household/"): (SIGN_IN, 200, 200),
    ("household", "get", "/household/?year=2024&month=3"): (SIGN_IN, 200, 200),
    ("household", "get", "/household/?year=2013"): (SIGN_IN, 404, 404),
    ("household", "get", "/household/?year=2024&month=13"): (SIGN_IN, 404, 404),
    ("household", "post", "/household/"): (405, 405, 405),
    ("language", "post", "/language/"): (302, 302, 302),
    ("looks", "get", "/looks/"): (SIGN_IN, 200, 200),
    ("looks", "get", "/looks/?by=staff&purpose=bonus&from=2026-01-01&to=2026-12-31&refused=1"): (SIGN_IN, 200, 200),
    ("looks", "get", "/looks/?by=somebody"): (SIGN_IN, 404, 404),
    ("looks-download", "get", "/looks/download/"): (SIGN_IN, 200, 200),
    ("looks-download", "post", "/looks/download/"): (405, 405, 405),
    ("looks-proof", "get", "/looks/999999999/proof.json"): (SIGN_IN, 404, 404),
    ("looks-proof", "post", "/looks/1/proof.json"): (405, 405, 405),
    ("manifest", "get", "/app/de.webmanifest"): (404, 404, 404),
    ("manifest", "get", "/app/fi.webmanifest"): (200, 200, 200),
    ("more", "get", "/more/"): (SIGN_IN, 200, 200),
    ("my-data", "get", "/my-data/"): (SIGN_IN, 200, 200),
    ("my-data", "post", "/my-data/"): (405, 405, 405),
    ("my-data-ask", "get", "/my-data/requests/"): (405, 405, 405),
    ("my-data-ask", "post", "/my-data/requests/"): (SIGN_IN, 400, 400),
    ("my-data-extract", "get", "/my-data/extract/"): (405, 405, 405),
    ("my-data-extract", "post", "/my-data/extract/"): (SIGN_IN, 200, 200),
    ("my-data-paper", "get", "/my-data/paper/"): (405, 405, 405),
    ("my-data-paper", "post", "/my-data/paper/"): (SIGN_IN, 422, 422),
    ("offline", "get", "/offline/"): (200, 200, 200),
    ("purchases", "get", "/purchases/"): (SIGN_IN, 200, 200),
    ("purchases", "get", "/purchases/?month=2024-03"): (SIGN_IN, 200, 200),
    ("purchases", "get", "/purchases/?month=2024-13"): (SIGN_IN, 404, 404),
    ("purchases", "get", "/purchases/?search=AAAAAAAAAAA"): (SIGN_IN, 200, 200),
    ("purchases", "get", "/purchases/?year=2024"): (SIGN_IN, 200, 200),
    ("purchases", "post", "/purchases/"): (405, 405, 405),
    ("receipt", "get", "/purchases/{receipt}/"): (SIGN_IN, 200, 404),
    ("receipt-pdf", "get", "/purchases/{receipt}/receipt.pdf"): (SIGN_IN, 200, 404),
    ("recall", "get", "/recalls/{recall}/"): (SIGN_IN, 200, 404),
    ("recall", "post", "/recalls/{recall}/"): (405, 405, 405),
    ("recall-read", "get", "/recalls/{recall}/read/"): (405, 405, 405),
    ("recall-read", "post", "/recalls/{recall}/read/"): (SIGN_IN, 302, 404),
    ("recalls", "get", "/recalls/"): (SIGN_IN, 200, 200),
    ("recalls", "post", "/recalls/"): (405, 405, 405),
    ("recalls-public", "get", "/recalls/public/"): (200, 200, 200),
    ("recalls-public", "post", "/recalls/public/"): (405, 405, 405),
    ("safety-contact", "get", "/details/safety/phone/"): (SIGN_IN, 200, 200),
    ("safety-contact", "post", "/details/safety/phone/"): (SIGN_IN, 422, 422),
    ("search", "get", "/purchases/search/"): (405, 405, 405),
    ("search", "post", "/purchases/search/"): (SIGN_IN, 302, 302),
    ("sign-in", "get", "/sign-in/"): (200, 200, 200),
    ("sign-in", "post", "/sign-in/"): (400, 400, 400),
    # Nobody's without a provider; tests/sign_in has one.
    ("entity-statement", "get", "/.well-known/openid-federation"): (404, 404, 404),
    ("sign-in-back", "get", "/sign-in/back/"): (404, 404, 404),
    ("sign-in-keys", "get", "/sign-in/keys/"): (404, 404, 404),
    ("sign-in-start", "get", "/sign-in/start/"): (404, 404, 404),
    ("sign-out", "get", "/sign-out/"): (405, 405, 405),
    ("sign-out", "post", "/sign-out/"): (302, 302, 302),
    ("spending", "get", "/spending/"): (SIGN_IN, 200, 200),
    ("spending", "get", "/spending/?year=2024&month=3&by=product&with=year"): (SIGN_IN, 200, 200),
    ("spending", "get", "/spending/?year=2024&month=13"): (SIGN_IN, 404, 404),
    ("spending", "post", "/spending/"): (405, 405, 405),
    ("start", "get", "/"): (200, 200, 200),
    ("worker", "get", "/worker.js"): (200, 200, 200),
}
# Asked and tested by programs, each in tests/api.
MACHINES = "api/"


@pytest.fixture(scope="module")
def receipt(site):
    """Somebody with a receipt and a recall, the main member of their household, and somebody of another."""
    building.a_program()
    household = building.a_household()
    building.take_three_levels(building.a_source(), household.cards[1])
    owner = browsing.signed_in(household.persons[1])
    address = re.findall(r'href="/purchases/(\d+)/', owner.get("/purchases/").content.decode())[0]
    [stranger] = building.a_household(1).persons
    persons = dict(zip(ACTORS, (None, *reversed(household.persons), stranger), strict=True))
    return persons, {"receipt": address, "recall": recalling.a_recall_of(household.persons[1])}


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("asked", ADDRESSES, ids=" ".join)
def test_an_address_answers_each_actor_as_it_should(receipt, actor, asked):
    persons, places = receipt
    _, method, address = asked
    expected = ADDRESSES[asked][min(ACTORS.index(actor), 2)]
    client = browsing.anonymous() if actor == "anonymous" else browsing.signed_in(persons[actor])
    answer = getattr(client, method)(address.format(**places))
    if expected == SIGN_IN:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")
    elif expected == CONSOLE_SIGN_IN:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/sign-in/?next=")
    else:
        assert answer.status_code == expected


def test_every_address_is_in_the_table(site):
    known = {name for name, _, _ in ADDRESSES}
    assert {pattern.name for route, pattern in every_pattern(get_resolver()) if not route.startswith(MACHINES)} == known


def every_pattern(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_pattern(pattern, route)
        else:
            yield route, pattern
