"""A recall from its draft to a customer who objected to everything and reads it; every face of its pages."""

import os
import subprocess
import sys

import pytest

import browsing
import building
import recalling
import staffing
from posting import a_mail_server
from tarkka.vocabulary import Language, Objection, Place, Role

WORDS = {
    "fi": ("Lihapullat", "Seassa on lasinsiruja.", "Älä syö.", "Saat rahat takaisin.", "010 1234"),
    "sv": ("Köttbullar", "Det finns glassplitter i.", "Ät inte.", "Du får pengarna tillbaka.", "010 1234"),
    "en": ("Meatballs", "There is glass in them.", "Do not eat them.", "You get your money back.", "010 1234"),
}
LABELS = ("product", "hazard", "instructions", "remedy", "contact")


@pytest.fixture
def objector(site):
    """Somebody who bought the milk and objected to all that one can object to."""
    from tarkka.people.actions import customer, make_objection

    recalling.end_all()  # those that other tests left running are for the same milk
    home = building.a_household(1)
    [person] = home.persons
    building.take(building.a_source(), [building.a_receipt(card=home.cards[0], purchased_at="2024-03-11T10:00:00Z")])
    for objection in Objection:
        make_objection(person, objection, place=Place.PORTAL, acting=customer(person))
    return person


def window(browser, address, complaints):
    """Open a browser of one person's own, at a desk."""
    context = browser.new_context(base_url=address, locale="en", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.context.add_cookies([{"name": "tarkka_language", "value": "en", "url": address}])
    return page


def at_desk(page, user_id):
    staffing.offer(user_id)
    page.goto("/console/sign-in/demo/")
    page.locator(f"button[value='{user_id}']").click()
    page.wait_for_url("**/console/")


def test_a_recall_reaches_a_customer_who_objected_to_everything(browser, address, complaints, objector):
    author, other = (staffing.an_account(Role.RECALL_OFFICER) for _ in range(2))
    page = window(browser, address, [])
    at_desk(page, author)
    page.get_by_role("link", name="Recalls").first.click()
    page.get_by_role("link", name="New recall").click()
    page.get_by_label("Food").check()
    page.get_by_label("The product endangers health or safety").check()
    page.get_by_label("GTINs").fill(recalling.MILK)
    page.get_by_label("First day of purchase").fill("2024-03-11")
    page.get_by_label("Last day of purchase").fill("2024-03-11")
    for language, texts in WORDS.items():
        for name, text in zip(LABELS, texts, strict=True):
            page.locator(f"[name='{language}.{name}']").fill(text)
    page.locator("[name='en.hazard']").fill("There is glass in them in rare cases.")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The words “in rare” play the danger down").wait_for()
    page.locator("[name='en.hazard']").fill(WORDS["en"][1])
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("status").get_by_text("The draft is saved.").wait_for()
    released = page.url.partition("?")[0]
    assert page.get_by_role("button", name="Release the recall").count() == 0
    page.context.close()

    desk = window(browser, address, complaints)
    at_desk(desk, other)
    desk.goto(released)
    for each in WORDS.values():
        assert desk.get_by_text(each[1]).count() == 1
    desk.get_by_role("button", name="Release the recall").click()
    desk.get_by_role("status").get_by_text("The recall is released.").wait_for()
    with a_mail_server() as (box, port):
        mail = {"TARKKA_MAIL_URL": f"smtp://127.0.0.1:{port}", "TARKKA_MAIL_FROM": "recalls@example.org"}
        command = [sys.executable, "-m", "tarkka.cli.main", "work", "--once"]
        for _ in ("the trace, which queues the telling", "the telling"):
            subprocess.run(command, env=os.environ | mail, check=True, timeout=60)
    [message] = [each for each in box.messages if "Lihapullat" in each["Subject"]]
    assert "Seassa on lasinsiruja." in message.get_content()

    mine = window(browser, address, complaints)
    browsing.offer(objector)
    mine.goto("/sign-in/")
    mine.get_by_role("button", name=f"Person {objector}").click()
    mine.get_by_role("region", name="Dangerous product").get_by_text("You bought it.").wait_for()
    mine.goto("/choices/")
    mine.get_by_role("link", name="Read what to do").click()
    mine.get_by_role("heading", name="Recall of a dangerous food").wait_for()
    mine.get_by_text("There is glass in them.").wait_for()
    mine.get_by_text("Your choices do not stop this notice.").wait_for()
    mine.get_by_role("button", name="I have read this").press("Enter")
    mine.get_by_role("status").get_by_text("We know now that you have read the notice.").wait_for()
    mine.goto("/home/")
    assert mine.get_by_role("region", name="Dangerous product").count() == 0
    mine.goto("/looks/?purpose=recall")
    mine.get_by_text("Recalls").first.wait_for()

    desk.get_by_role("link", name="Refresh the figures").click()
    figures = desk.locator(".tiles").inner_text().replace("\n", " ")
    for part in ("Affected 1", "Told 1", "Waiting 0", "Have read it 1", "Unreachable 0"):
        assert part in figures, figures
    for each in (desk, mine):
        each.context.close()


@pytest.fixture
def pages(site):
    """The addresses of the console's pages of recalls, in each situation, and who sees all of them."""
    from tarkka.recalls.actions import draft_recall, end_recall

    officer = staffing.an_account(Role.RECALL_OFFICER)
    draft = draft_recall(recalling.a_draft(lots=("L1",), outlets=()), acting=recalling.an_officer())
    unfinished = draft_recall(recalling.a_draft(gtins=(), first=None, words={}), acting=officer)
    running, ended = (recalling.a_recall_of(building.a_household(1).persons[0]) for _ in range(2))
    end_recall(ended, reason="Everybody was told", acting=officer)
    numbers = [f"/console/recalls/{each}/" for each in (draft, unfinished, running, ended)]
    return officer, ["/console/recalls/", "/console/recalls/new/", *numbers, f"/console/recalls/{draft}/edit/"]


@pytest.mark.parametrize("language", Language)
def test_every_page_is_accessible_in_every_language(page, complaints, address, inspect, pages, language):
    officer, addresses = pages
    at_desk(page, officer)
    page.context.add_cookies([{"name": "tarkka_language", "value": language, "url": address}])
    for each in addresses:
        page.goto(each)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        inspect(page)
    page.goto("/console/recalls/new/")
    page.locator("main form button").last.click()
    page.get_by_role("alert").wait_for()
    inspect(page)
    complaints.clear()  # of the refused form's 422
