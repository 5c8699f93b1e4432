"""Every address of customer service and of mandates × role × agreement × state of the case × status."""

import pytest
from django.urls import get_resolver

import acting
import building
import casework
import staffing
from tarkka.access.cases import close_case
from tarkka.vocabulary import Role

AGREE = "302 to the agreement"
NO_ROLE, UNSIGNED, NO_CASE, OPEN, CLOSED, OTHERS, ADMIN, OFFICER, ANALYST = STAFF = (
    "without a role", "agreement unsigned", "without a case", "case open", "case closed", "somebody else's case",
    "register administrator", "data-protection officer", "analyst",
)  # fmt: skip
ADDRESSES = {
    # name, method, address: what each of the staff gets, in the order above
    ("console-agreement", "get", "agreement/"): (200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("console-agreement", "post", "agreement/"): (422, 422, 422, 422, 422, 422, 422, 422, 422),
    ("console-cases", "get", "cases/"): (403, AGREE, 200, 200, 200, 200, 403, 403, 403),
    ("console-cases", "post", "cases/"): (403, AGREE, 422, 422, 422, 422, 403, 403, 403),
    ("console-case-open", "get", "cases/open/"): (405, 405, 405, 405, 405, 405, 405, 405, 405),
    ("console-case-open", "post", "cases/open/"): (403, AGREE, 200, 200, 200, 200, 403, 403, 403),
    ("console-break-glass", "get", "cases/break-glass/"): (403, AGREE, 200, 200, 200, 200, 403, 403, 403),
    ("console-break-glass", "post", "cases/break-glass/"): (403, AGREE, 200, 200, 200, 200, 403, 403, 403),
    ("console-case", "get", "cases/{case}/"): (403, AGREE, 404, 200, 404, 404, 403, 403, 403),
    ("console-case", "post", "cases/{case}/"): (405, 405, 405, 405, 405, 405, 405, 405, 405),
    ("console-case-receipt", "get", "cases/{case}/receipts/{receipt}/"): (
        403,
        AGREE,
        404,
        200,
        404,
        404,
        403,
        403,
        403,
    ),
    ("console-case-receipt", "get", "cases/{case}/receipts/999999/"): (
        403,
        AGREE,
        404,
        404,
        404,
        404,
        403,
        403,
        403,
    ),
    # The case is of a question about purchases: what its situation does not show is not found.
    ("console-case-ask", "post", "cases/{case}/requests/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-card", "post", "cases/{case}/card/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-choice", "post", "cases/{case}/choices/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-contact", "post", "cases/{case}/contact/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-extract", "post", "cases/{case}/extract/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-household", "post", "cases/{case}/household/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-language", "post", "cases/{case}/language/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-point-out", "post", "cases/{case}/point-out/"): (403, AGREE, 404, 404, 404, 404, 403, 403, 403),
    ("console-case-close", "post", "cases/{case}/close/"): (403, AGREE, 404, 302, 404, 404, 403, 403, 403),
    ("console-case-close", "get", "cases/{case}/close/"): (405, 405, 405, 405, 405, 405, 405, 405, 405),
    ("console-mandates", "get", "mandates/"): (403, 403, 403, 403, 403, 403, 200, 200, 403),
    ("console-mandate-give", "get", "mandates/give/"): (403, 403, 403, 403, 403, 403, 200, 200, 403),
    ("console-mandate-give", "post", "mandates/give/"): (403, 403, 403, 403, 403, 403, 422, 422, 403),
    ("console-mandate-confirm", "post", "mandates/confirm/"): (403, 403, 403, 403, 403, 403, 404, 404, 403),
    ("console-mandate-end", "post", "mandates/end/"): (403, 403, 403, 403, 403, 403, 404, 404, 403),
}
OURS = ("console-agreement", "console-break-glass", "console-case", "console-mandate")


@pytest.fixture(scope="module")
def staff(site):
    """Each of the staff signed in, with the number of the case that they ask for, and a receipt of the customer's."""
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    [person] = household.persons
    with building.administrator() as connection:
        [(receipt,)] = connection.execute("SELECT max(id) FROM receipt WHERE purchaser_id = %s", [person])
    roles = {NO_ROLE: (), UNSIGNED: (), ADMIN: (Role.REGISTER_ADMINISTRATOR,),
             OFFICER: (Role.DATA_PROTECTION_OFFICER,), ANALYST: (Role.ANALYST,)}  # fmt: skip
    made, cases = {}, {}
    for each in STAFF:
        made[each] = staffing.an_account(*roles.get(each, (Role.CUSTOMER_SERVICE,)))
    acting.a_mandate(made[UNSIGNED], Role.CUSTOMER_SERVICE, signed=False)
    for each in (OPEN, CLOSED):
        cases[each] = acting.a_case(person, made[each])
    close_case(int(cases[CLOSED]), acting=made[CLOSED])
    cases[OTHERS] = acting.a_case(person, casework.a_clerk().user_id)
    return {each: (staffing.signed_in(made[each]), cases.get(each, cases[OTHERS])) for each in STAFF}, receipt


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("asked", ADDRESSES, ids=" ".join)
def test_an_address_answers_each_of_the_staff_as_it_should(staff, who, asked):
    clients, receipt = staff
    client, case = clients[who]
    name, method, address = asked
    if name == "console-case-close" and who == OPEN and method == "post":
        with building.administrator() as connection:  # one of its own to close
            [(person,)] = connection.execute("SELECT person_id FROM service_case WHERE id = %s", [int(case)])
        case = casework.open_case(client, person, "purchases_question").rstrip("/").rpartition("/")[2]
    answer = getattr(client, method)(f"/console/{address.format(case=case, receipt=receipt)}")
    expected = ADDRESSES[asked][STAFF.index(who)]
    if expected == AGREE:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/agreement/?next=")
    else:
        assert answer.status_code == expected
    if expected != 200:
        assert "Given0" not in answer.content.decode()


def test_every_address_of_ours_is_in_the_table(site):
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith(OURS)} == {name for name, _, _ in ADDRESSES}
