"""Staff in a real browser: an invitation, a security key, an app's code; the console's pages for everybody's use."""

import json
import re

import pytest

import staffing
from staffing import PASSWORD
from tarkka.vocabulary import Role

EVERY_ROLE = [role for role in Role if role not in (Role.AUTOMATIC, Role.CUSTOMER)]


@pytest.fixture
def named(address):
    """The site by its name: keys refuse an address in numbers."""
    return address.replace("127.0.0.1", "localhost")


@pytest.fixture
def desk(named, browser, complaints):
    """A browser at a desk, in English, with a security key plugged in."""
    context = browser.new_context(base_url=named, locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    plug_in(page)
    yield page
    context.close()


def is_complaint(message):
    """Whether the browser complains of more than a form that was refused."""
    return message.type == "error" and "status of 422" not in message.text


def plug_in(page):
    """Plug a new security key into the browser; return what can be told to it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


def accept_until_second_factor(page, user_id):
    from tarkka.staff.actions import invite

    page.goto("/console/")
    page.get_by_role("link", name="I was given an invitation").click()
    page.get_by_label("Code of the invitation").fill(invite(user_id, acting="test"))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def bring_password(page, user_id):
    page.goto("/console/")
    page.get_by_label("User id").fill(user_id)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def is_home(page):
    page.wait_for_url(re.compile(r"/console/$"))
    return page.get_by_role("heading", level=1).inner_text() == "Hello, Maija Meikki"


def test_from_the_invitation_to_the_second_sign_in(desk):
    user_id = staffing.an_account(Role.CUSTOMER_SERVICE)
    accept_until_second_factor(desk, user_id)
    desk.get_by_label("Name of the key").fill("key ring")
    desk.get_by_role("button", name="Add a security key").click()
    assert is_home(desk)
    desk.get_by_role("button", name="Sign out").click()
    bring_password(desk, user_id)
    desk.get_by_role("button", name="Use the security key").click()
    assert is_home(desk)
    # The app beside the key, for when the key is at home.
    desk.get_by_role("link", name="My account").click()
    assert "key ring" in desk.get_by_role("main").inner_text()
    desk.get_by_role("link", name="Add a second factor").click()
    secret = desk.locator(".code").last.inner_text().replace(" ", "")
    desk.get_by_label("Code from the app").fill(staffing.code(secret))
    desk.get_by_role("button", name="Add the app").click()
    assert "The second factor was added." in desk.get_by_role("status").inner_text()
    desk.get_by_role("button", name="Sign out").first.click()
    bring_password(desk, user_id)
    desk.get_by_label("Code from the app").fill(staffing.code(secret, step=1))
    desk.get_by_role("button", name="Confirm with the code").click()
    assert is_home(desk)


def test_a_key_of_one_account_is_refused_by_another(desk):
    accept_until_second_factor(desk, staffing.an_account())
    desk.get_by_role("button", name="Add a security key").click()
    assert is_home(desk)
    desk.get_by_role("button", name="Sign out").click()
    accept_until_second_factor(desk, staffing.an_account())
    desk.get_by_role("button", name="Add a security key").click()
    desk.get_by_text("A key that belongs to an account already").wait_for()
    assert desk.url.endswith("/console/invitation/second/")


def test_another_s_key_proves_nobody(desk, browser, named):
    user_id = staffing.an_account()
    accept_until_second_factor(desk, user_id)
    desk.get_by_role("button", name="Add a security key").click()
    assert is_home(desk)
    context = browser.new_context(base_url=named, locale="en")
    stranger = context.new_page()
    plug_in(stranger)
    bring_password(stranger, user_id)
    stranger.get_by_role("button", name="Use the security key").click()
    stranger.get_by_text("The browser got no answer from the key").wait_for()
    context.close()


def answer_of(page, user_id):
    """Bring the password, and return the key's answer as the form would send it, with the form's own token."""
    bring_password(page, user_id)
    page.wait_for_url("**/second/")
    return page.evaluate(
        """async () => {
            const form = document.querySelector("form[data-key]");
            const options = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
            const found = await navigator.credentials.get({ publicKey: options });
            return { key: JSON.stringify(found), token: form.elements.csrfmiddlewaretoken.value };
        }"""
    )


@pytest.mark.parametrize("wrong", ["none", "replayed", "signature", "challenge", "key", "nonsense"])
def test_an_answer_that_is_wrong_signs_nobody_in(desk, named, wrong):
    user_id = staffing.an_account()
    accept_until_second_factor(desk, user_id)
    desk.get_by_role("button", name="Add a security key").click()
    assert is_home(desk)
    desk.get_by_role("button", name="Sign out").click()
    answer = answer_of(desk, user_id)
    if wrong in ("replayed", "challenge"):
        if wrong == "replayed":
            send(desk, named, answer)
            desk.goto("/console/")
            desk.get_by_role("button", name="Sign out").click()
        answer |= {"token": answer_of(desk, user_id)["token"]}  # the challenge of now is another
    elif wrong == "nonsense":
        answer["key"] = "{}"
    elif wrong != "none":
        told = json.loads(answer["key"])
        place = told["response"] if wrong == "signature" else told
        field = "signature" if wrong == "signature" else "id"
        place[field] = place[field][:-6] + "AAAAAA"
        told["rawId"] = told["id"]
        answer["key"] = json.dumps(told)
    sent = send(desk, named, answer)
    is_in = desk.request.get("/console/").url.endswith("/console/")
    assert (sent.status, is_in) == ((200, True) if wrong == "none" else (422, False))


def send(page, named, answer):
    form = {"key": answer["key"], "csrfmiddlewaretoken": answer["token"]}
    return page.request.post("/console/sign-in/second/", form=form, headers={"Referer": named})


def test_without_scripts_a_code_is_enough(browser, address):
    user_id = staffing.an_account()
    context = browser.new_context(base_url=address, locale="en", java_script_enabled=False)
    page = context.new_page()
    accept_until_second_factor(page, user_id)
    assert page.get_by_role("button", name="Add a security key").count() == 0
    secret = page.locator(".code").last.inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(staffing.code(secret))
    page.get_by_role("button", name="Add the app").click()
    assert is_home(page)
    context.close()


@pytest.fixture(params=["en", "fi", "sv"])
def clerk(request, address, browser, complaints):
    """Somebody with every role, signed in, in one of the languages."""
    user_id = staffing.an_account(*EVERY_ROLE)
    context = browser.new_context(base_url=address, locale=request.param, viewport={"width": 320, "height": 700})
    cookies = staffing.signed_in(user_id).cookies
    context.add_cookies([{"name": "tarkka_session", "value": cookies["tarkka_session"].value, "url": address}])
    context.add_cookies([{"name": "tarkka_language", "value": request.param, "url": address}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    yield page, user_id
    context.close()


def test_every_page_of_ones_own_is_accessible_and_fits(clerk, inspect):
    page, user_id = clerk
    staffing_pages = ["/console/", "/console/account/", "/console/proof/"]
    for path in staffing_pages:
        page.goto(path)
        inspect(page)
    # Ink on ink is told to be contrast enough: axe takes it for hidden on purpose.
    page.goto("/console/")
    here = page.locator(".places [aria-current]")
    assert here.evaluate("each => getComputedStyle(each).color !== getComputedStyle(each).backgroundColor")
    signs_in = staffing.credentials_of(user_id)  # which ends the session
    page.goto("/console/account/")
    for path in ("/console/sign-in/", "/console/invitation/", "/console/sign-in/demo/"):
        page.goto(path)
        inspect(page)
    page.goto("/console/sign-in/")
    page.locator("#user_id").fill(signs_in.user_id)
    page.locator("#password").fill("something else entirely")
    page.locator("main form button").first.click()
    inspect(page)
    page.locator("#password").fill(signs_in.password)
    page.locator("main form button").first.click()
    page.wait_for_url("**/second/")
    inspect(page)
    page.locator("#code").fill(staffing.code(signs_in.secret))
    page.locator("form:has(#code) button").click()
    page.wait_for_url(re.compile(r"/console/$"))
    for path in ("/console/account/", "/console/account/password/", "/console/account/add/"):
        page.goto(path)
        inspect(page)
