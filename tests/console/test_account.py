"""One's own account; and pages that ask for a role, or for fresh proof."""

import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

import browsing
import staffing
from tarkka.vocabulary import Role

NEW = "six green elephants on ice"


@pytest.fixture
def staff(site):
    return staffing.credentials_of(staffing.an_account(Role.CUSTOMER_SERVICE))


@pytest.fixture
def client(staff):
    client = browsing.anonymous(HTTP_ACCEPT_LANGUAGE="en")
    staffing.try_password(client, staff.user_id)
    staffing.try_code(client, staff.secret)
    return client


def make_old(client):
    session = client.session
    session["proved_at"] = int(time.time()) - 601
    session.save()


def test_it_shows_what_one_signs_in_with(client, staff):
    said = browsing.words(client.get("/console/account/"))
    assert staff.user_id in said
    assert "Authenticator app" in said
    assert "The only second factor cannot be removed" in said


@pytest.mark.parametrize(
    ("method", "page"), [("get", "password"), ("post", "password"), ("get", "add"), ("post", "add")]
)
def test_what_is_sensitive_asks_for_fresh_proof(client, staff, method, page):
    make_old(client)
    address = f"/console/account/{page}/"
    asked = getattr(client, method)(address)
    assert (asked.status_code, asked["Location"].partition("?")[0]) == (302, "/console/proof/")
    refused = client.post(asked["Location"], {"code": "000000"})
    assert (refused.status_code, client.get(address).status_code) == (422, 302)
    proved = client.post(asked["Location"], {"code": staffing.code(staff.secret, step=1)})
    assert proved["Location"] == address
    assert client.get(address).status_code == 200


def test_a_password_is_changed_by_whoever_knows_the_present_one(client, staff):
    send = {"present": "not this one at all", "password": NEW, "again": NEW}
    assert "The present password is wrong" in browsing.words(client.post("/console/account/password/", send))
    send["present"] = staff.password
    weak = client.post("/console/account/password/", send | {"password": "short", "again": "short"})
    assert (weak.status_code, "too short: at least 15" in browsing.words(weak)) == (422, True)
    different = client.post("/console/account/password/", send | {"again": f"{NEW}."})
    assert "The two passwords are not the same" in browsing.words(different)
    assert client.post("/console/account/password/", send)["Location"] == "/console/account/?done=password"
    other = browsing.anonymous()
    assert staffing.try_password(other, staff.user_id).status_code == 422
    assert staffing.try_password(other, staff.user_id, NEW).status_code == 302


def test_a_new_app_takes_the_place_of_the_one_before(client, staff):
    secret = staffing.secret_on(client.get("/console/account/add/"))
    assert staffing.secret_on(client.get("/console/account/add/")) == secret
    assert client.post("/console/account/add/", {"code": "000000"}).status_code == 422
    answer = client.post("/console/account/add/", {"code": staffing.code(secret)})
    assert answer["Location"] == "/console/account/?done=added"
    other = browsing.anonymous()
    staffing.try_password(other, staff.user_id)
    assert staffing.try_code(other, staff.secret, step=1).status_code == 422
    assert staffing.try_code(other, secret, step=1).status_code == 302


def test_the_rail_shows_what_the_roles_have_something_to_do_with(site):
    from tarkka.console.templatetags.console import PLACES

    seen = {
        role: {place.address for place in PLACES if place.is_seen_by({role})} - {"console-home", "console-account"}
        for role in (Role.CUSTOMER_SERVICE, Role.DATA_PROTECTION_OFFICER, Role.ANALYST)
    }
    assert "console-supervision" in seen[Role.DATA_PROTECTION_OFFICER]
    assert "console-supervision" not in seen[Role.CUSTOMER_SERVICE] | seen[Role.ANALYST]
    assert "console-cases" in seen[Role.CUSTOMER_SERVICE]


@pytest.mark.parametrize(
    ("roles", "status"),
    [((), 403), ((Role.ANALYST,), 403), ((Role.RECALL_OFFICER,), 200), ((Role.ANALYST, Role.MARKETER), 200)],
)
def test_a_page_for_a_role_says_which_it_takes_and_who_gives_it(site, roles, status):
    from tarkka.console.signing_in import in_role, staff_signed_in
    from tarkka.sign_in.sessions import SessionStore

    @staff_signed_in
    @in_role(Role.RECALL_OFFICER, Role.MARKETER)
    def view(request, staff):
        return HttpResponse(staff.name)

    request = RequestFactory().get("/console/")
    request.session = SessionStore(staffing.signed_in(staffing.an_account(*roles)).session.session_key)
    answer = view(request)
    assert answer.status_code == status
    if status == 403:
        assert "Takaisinvedoista vastaava" in browsing.words(answer)
        assert "Kukaan ei anna tai vahvista roolia itselleen" in browsing.words(answer)


def test_somebody_without_a_role_is_told_who_gives_one(site):
    client = staffing.signed_in(staffing.an_account())
    client.cookies["tarkka_language"] = "en"
    assert "You have no role at present" in browsing.words(client.get("/console/"))


def test_the_mark_of_a_known_browser_is_out_of_reach(staff):
    from tarkka.console.signing_in import remember_browser

    client = browsing.anonymous()
    staffing.try_password(client, staff.user_id)
    answer = staffing.try_code(client, staff.secret)
    [mark] = [cookie for name, cookie in answer.cookies.items() if name.startswith("tarkka_known_")]
    assert (mark["httponly"], mark["samesite"], mark["path"]) == (True, "Strict", "/")
    assert staff.user_id not in mark.key
    outside = {"TARKKA_KNOWN_BROWSER_COOKIE": "__Host-tarkka_known", "SESSION_COOKIE_SECURE": True}
    with override_settings(**outside):
        response = remember_browser(HttpResponse(), staff.user_id)
    [mark] = response.cookies.values()
    assert mark["secure"] is True
    assert mark.key.startswith("__Host-tarkka_known_")
