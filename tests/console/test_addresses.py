"""Every address of the console × role × agreement × case × status. What nobody and customers get: tests/site."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import resolve

import acting
import building
import recalling
import requesting
import staffing
from looking import own_look
from tarkka.vocabulary import Purpose, RequestKind, Role

SERVICE = (Role.CUSTOMER_SERVICE,)
EVERY_ROLE = tuple(role for role in Role if role not in (Role.AUTOMATIC, Role.CUSTOMER))
WHO = {
    # No role in force.
    "non": ("no role", ()),
    "end": ("every role, ended; a case of their own still open", EVERY_ROLE),
    "unc": ("every role, confirmed by nobody", EVERY_ROLE),
    # Every role, and no agreement in force; or the second factor brought long ago.
    "uns": ("agreement unsigned", EVERY_ROLE),
    "out": ("agreement outdated", EVERY_ROLE),
    "old": ("proof outdated", EVERY_ROLE),
    # One role.
    "ser": ("customer service, without a case", SERVICE),
    "rec": ("recall officer", (Role.RECALL_OFFICER,)),
    "ana": ("analyst", (Role.ANALYST,)),
    "mar": ("marketer", (Role.MARKETER,)),
    "adm": ("register administrator", (Role.REGISTER_ADMINISTRATOR,)),
    "off": ("data-protection officer", (Role.DATA_PROTECTION_OFFICER,)),
    # Customer service, with a case in the situation that the address names, or not quite.
    "ope": ("own case, open", SERVICE),
    "clo": ("own case, closed", SERVICE),
    "oth": ("somebody else's case", SERVICE),
    "wro": ("own case, in a situation that shows looks alone", SERVICE),
    "gla": ("own case, the glass broken", SERVICE),
}
CASE = r"{(\w+_\w+)}"
"""A case in an address, by the situation that it is in."""
CASES = 5
"""How many of them have a column in the rows of a case alone."""
TABLE = """
     non end unc  uns out old  ser rec ana mar adm off  ope clo oth wro gla
get  200                                                                     /
get  200                                                                     account/
get  200 200 200  200 200 prf  200 200 200 200 200 200                       account/add/
post 422 422 422  422 422 prf  422 422 422 422 422 422                       account/add/
get  200 200 200  200 200 prf  200 200 200 200 200 200                       account/password/
post 422 422 422  422 422 prf  422 422 422 422 422 422                       account/password/
post 302 302 302  302 302 prf  302 302 302 302 302 302                       account/remove/
get  200                                                                     agreement/
post 422                                                                     agreement/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       breaches/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       breaches/{breach}/
post 403 403 403  agr agr 400  403 403 403 403 403 400                       breaches/{breach}/act/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       breaches/new/
post 403 403 403  agr agr 422  403 403 403 403 403 422                       breaches/new/
get  403 403 403  agr agr 200  200 403 403 403 403 403                       cases/
post 403 403 403  agr agr 422  422 403 403 403 403 403                       cases/
get  403 403 403  agr agr 200  200 403 403 403 403 403                       cases/break-glass/
post 403 403 403  agr agr 200  200 403 403 403 403 403                       cases/break-glass/
post 403 403 403  agr agr 200  200 403 403 403 403 403                       cases/open/
get  403 403 403  agr agr 404  404 403 403 403 403 403  200 404 404 200 200  cases/{purchases_question}/
post 403 403 403  agr agr 404  404 403 403 403 403 403  422 404 404 404 404  cases/{card_question}/card/
post 403 403 403  agr agr 404  404 403 403 403 403 403  400 404 404 404 404  cases/{choice_change}/choices/
post 403 403 403  agr agr 404  404 403 403 403 403 403  302 404 404 302 302  cases/{purchases_question}/close/
post 403 403 403  agr agr 404  404 403 403 403 403 403  400 404 404 404 404  cases/{contact_question}/contact/
post 403 403 403  agr agr 404  404 403 403 403 403 403  422 404 404 404 404  cases/{data_request}/extract/
post 403 403 403  agr agr 404  404 403 403 403 403 403  422 404 404 404 404  cases/{household_question}/household/
post 403 403 403  agr agr 404  404 403 403 403 403 403  400 404 404 404 404  cases/{contact_question}/language/
post 403 403 403  agr agr 404  404 403 403 403 403 403  302 404 404 404 404  cases/{receipt_question}/point-out/
get  403 403 403  agr agr 404  404 403 403 403 403 403  200 404 404 404 200  cases/{bonus_question}/receipts/{receipt}/
get  403 403 403  agr agr 404  404 403 403 403 403 403  404 404 404 404 404  cases/{bonus_question}/receipts/{strange}/
post 403 403 403  agr agr 404  404 403 403 403 403 403  400 404 404 404 404  cases/{data_request}/requests/
get  403 403 403  200 200 200  403 403 403 403 200 200                       extracts/
get  200                                                                     invitation/
post 422                                                                     invitation/
get  302                                                                     invitation/password/
post 302                                                                     invitation/password/
get  302                                                                     invitation/second/
post 302                                                                     invitation/second/
get  403 403 403  agr agr 200  403 403 403 403 200 200                       mandates/
post 403 403 403  agr agr prf  403 403 403 403 302 302                       mandates/confirm/
post 403 403 403  agr agr prf  403 403 403 403 422 422                       mandates/end/
get  403 403 403  agr agr prf  403 403 403 403 200 200                       mandates/give/
post 403 403 403  agr agr prf  403 403 403 403 422 422                       mandates/give/
get  403 403 403  agr agr 200  403 200 403 403 403 200                       recalls/
get  403 403 403  agr agr 200  403 200 403 403 403 403                       recalls/new/
post 403 403 403  agr agr 422  403 422 403 403 403 403                       recalls/new/
get  403 403 403  agr agr 200  403 200 403 403 403 200                       recalls/{draft}/
get  403 403 403  agr agr 200  403 200 403 403 403 403                       recalls/{draft}/edit/
post 403 403 403  agr agr 422  403 422 403 403 403 403                       recalls/{draft}/edit/
post 403 403 403  agr agr prf  403 422 403 403 403 403                       recalls/{draft}/release/
get  403 403 403  agr agr 200  403 200 403 403 403 200                       recalls/{recall}/
get  403 403 403  agr agr 302  403 302 403 403 403 403                       recalls/{recall}/edit/
post 403 403 403  agr agr 302  403 302 403 403 403 403                       recalls/{recall}/edit/
post 403 403 403  agr agr prf  403 422 403 403 403 403                       recalls/{recall}/end/
get  403 403 403  200 200 200  403 403 403 403 403 200                       record/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       requests/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       requests/{request}/
post 403 403 403  agr agr 400  403 403 403 403 403 400                       requests/{request}/act/
post 403 403 403  agr agr 422  403 403 403 403 403 422                       requests/{request}/answer/
post 403 403 403  agr agr 422  403 403 403 403 403 422                       requests/{request}/extend/
get  200                                                                     sign-in/
post 422                                                                     sign-in/
get  404                                                                     sign-in/back/
get  404                                                                     sign-in/keys/
get  sig                                                                     sign-in/second/
post sig                                                                     sign-in/second/
get  404                                                                     sign-in/start/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       supervision/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       supervision/events/
post 403 403 403  agr agr 302  403 403 403 403 403 302                       supervision/events/
get  403 403 403  agr agr prf  403 403 403 403 403 200                       supervision/flags/{flag}/
post 403 403 403  agr agr prf  403 403 403 403 403 422                       supervision/flags/{flag}/
get  403 403 403  agr agr 200  403 403 403 403 403 200                       supervision/reviews/
get  403 403 403  agr agr prf  403 403 403 403 403 200                       supervision/reviews/{glass}/
post 403 403 403  agr agr prf  403 403 403 403 403 422                       supervision/reviews/{glass}/
post 403 403 403  agr agr prf  403 403 403 403 403 422                       supervision/reviews/{glass}/delay/
get  403 403 403  agr agr 302  403 403 403 403 403 302                       supervision/work/
post 403 403 403  agr agr 302  403 403 403 403 403 302                       supervision/work/
get  200                                                                     proof/
post 302                                                                     proof/
get  200                                                                     sign-in/demo/
post 302                                                                     sign-in/demo/
post sig                                                                     sign-out/
"""
"""One status in a row is everybody's; a method without a row answers 405. Last come what makes a proof fresh and what
ends the session.

Of redirects, `agr` leads to the agreement, `prf` to proving again, `sig` to signing in. A form names a receipt, a
mandate and oneself, and says nothing else.
"""
REDIRECTS = {"/console/agreement/": "agr", "/console/proof/": "prf", "/console/sign-in/": "sig"}


def rows() -> list[tuple[str, str, dict[str, str]]]:
    """Return method, address and everybody's status of each row, and of the methods that are refused."""
    read = {}
    for line in TABLE.strip().splitlines()[1:]:
        method, *statuses, address = line.split()
        columns = len(WHO) if len(statuses) == 1 or re.search(CASE, address) else len(WHO) - CASES
        read[method, address] = dict(zip([*WHO][:columns], statuses * (columns // len(statuses)), strict=True))
    addresses = dict.fromkeys(address for _, address in read)
    refused = dict.fromkeys(WHO, "405")
    return [(method, each, read.get((method, each), refused)) for each in addresses for method in ("get", "post")]


ROWS = rows()
SITUATIONS = {each for _, address, _ in ROWS for each in re.findall(CASE, address)}


@pytest.fixture(scope="module")
def there(site):
    """What addresses and forms name, by name; and the customer whom it is all about."""
    from tarkka.access.cases import break_glass
    from tarkka.recalls.actions import draft_recall
    from tarkka.rights.breaches import record_breach
    from tarkka.supervision.running import run

    home, stranger = building.a_household(1), building.a_household(1)
    [person] = home.persons
    for each in (home, stranger):
        building.take_three_levels(building.a_source(), each.cards[0])
    began = datetime.now(UTC)
    clerk = staffing.an_account(Role.CUSTOMER_SERVICE, identity_code=home.identity_codes[0])
    look = {"role": Role.CUSTOMER_SERVICE, "actor": clerk, "purpose": Purpose.CUSTOMER_SERVICE}
    with own_look(person, **look, case_ref=acting.a_case(person, clerk)):
        pass
    run(since=began, until=datetime.now(UTC) + timedelta(seconds=1))
    with building.administrator() as connection:
        [(flag,)] = connection.execute("SELECT id FROM flag WHERE actor = %s AND rule = 'own'", [clerk])
        [(receipt,), (strange,)] = (
            connection.execute("SELECT max(id) FROM receipt WHERE purchaser_id = %s", each.persons).fetchone()
            for each in (home, stranger)
        )
    officer = staffing.an_account(Role.DATA_PROTECTION_OFFICER)
    return person, {
        "breach": record_breach(datetime.now(UTC), "A list was left in a train.", acting=officer),
        "draft": draft_recall(recalling.a_draft(), acting=recalling.an_officer()),
        "flag": flag,
        "glass": break_glass(person, "emergency", reason="Somebody may be in danger", minutes=5, acting=clerk),
        "mandate": acting.a_mandate(staffing.an_account(), Role.ANALYST, confirmed=False),
        "recall": recalling.a_recall_of(person),
        "receipt": receipt,
        "request": requesting.a_request(person, RequestKind.ERASURE),
        "strange": strange,
        **{situation: acting.a_case(person, clerk, situation) for situation in SITUATIONS},
    }


def staff(who, person):
    """Return the user id of such a one, and the numbers of their own cases by what an address calls them."""
    from tarkka.access.actions import end_mandate

    user_id, signed = staffing.an_account(), who not in ("uns", "out")
    mandates = [acting.a_mandate(user_id, role, confirmed=who != "unc", signed=signed) for role in WHO[who][1]]
    if who == "out":
        with building.administrator() as connection:
            connection.execute("INSERT INTO agreement_signed (actor, number, language) VALUES (%s, 0, 'fi')", [user_id])
    cases = {}
    if who in ("end", "ser", "ope", "clo", "wro", "gla"):
        cases = {each: own_case(who, each, person, user_id) for each in SITUATIONS}
    if who == "end":
        for mandate in mandates:
            end_mandate(mandate, reason="the task ended", acting="test", using="owner")
    return user_id, cases


def own_case(who, situation, person, user_id):
    from tarkka.access.cases import break_glass, close_case

    if who == "ser":
        return 999_999_999
    if who == "gla":
        return break_glass(person, "emergency", reason="Somebody is ill", minutes=5, acting=user_id)
    case = acting.a_case(person, user_id, "looks_question" if who == "wro" else situation)
    if who == "clo":
        close_case(int(case), acting=user_id)
    return case


@pytest.mark.parametrize("who", WHO)
def test_every_address_answers_each_of_the_staff_as_it_should(there, who):
    person, named = there
    user_id, own = staff(who, person)
    staffing.credentials_of(user_id)
    client = staffing.signed_in(user_id)
    if who == "old":
        session = client.session
        session["proved_at"] = 0
        session.save()
    form = {"get": {}, "post": {"mandate": named["mandate"], "receipt": named["receipt"], "user_id": user_id}}
    wrong = []
    for method, address, statuses in ROWS:
        if who not in statuses:
            continue
        answer = getattr(client, method)(f"/console/{address.lstrip('/').format_map(named | own)}", form[method])
        told, said = str(answer.status_code), answer.content.decode()
        if told == "302":
            told = REDIRECTS.get(answer["Location"].partition("?")[0], told)
        if told == "403" and "This page is for another role" not in said:
            told = "403 by the door, which tells supervision"
        if told != statuses[who]:
            wrong.append(f"{method} {address}: {told}, not {statuses[who]}")
        if told in ("agr", "403", "404") and "Given0" in said:
            wrong.append(f"{method} {address}: {told}, yet with the customer's name")
    assert not wrong, "\n".join([f"{WHO[who][0]}:", *wrong])


def test_every_address_is_in_the_table(site):
    from tarkka.console.urls import urlpatterns

    shown = {resolve(f"/console/{re.sub('{.+?}', '1', address.lstrip('/'))}").url_name for _, address, _ in ROWS}
    names = {getattr(each, "name", None) or each.url_patterns[0].name for each in urlpatterns}
    assert shown == names
