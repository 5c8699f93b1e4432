"""Recalls in the console: drafted by one officer, released by another, told in figures alone (R19, R22)."""

import pytest

import browsing
import building
import recalling
import staffing
from posting import a_postbox
from tarkka.vocabulary import Language, Role

FORBIDDEN = {
    "fi": ("Tämä on vapaaehtoinen takaisinveto.", "vapaaehto", "vähättelevät vaaraa"),
    "sv": ("Vi återkallar den för säkerhets skull.", "för säkerhets skull", "tonar ner faran"),
    "en": ("This is a precautionary measure.", "precaution", "play the danger down"),
}


@pytest.fixture
def officer(site):
    return staffing.an_account(Role.RECALL_OFFICER)


def filled(**changes):
    """Return the form of a whole recall of the milk that was bought in March 2024, or as changed."""
    form = {"kind": "food", "dangerous": "on", "gtins": recalling.MILK, "groups": "", "lots": "", "outlets": ""}
    form |= {"from": "2024-03-01", "to": "2024-03-31"}
    for language in Language:
        texts = {"product": f"Milk {language}", "hazard": "Listeria", "instructions": "A", "remedy": "B"}
        form |= {f"{language}.{name}": text for name, text in (texts | {"contact": "010 1234"}).items()}
    return form | changes


def drafted(client, **changes):
    """Send the form and return the number of the recall that it made."""
    answer = client.post("/console/recalls/new/", filled(**changes))
    assert answer.status_code == 302, browsing.words(answer)
    return int(answer["Location"].split("/")[-2])


def draft_id(recall_id):
    from tarkka.recalls.queries import read_recall

    return read_recall(recall_id, acting=recalling.an_officer()).draft_id


def work():
    """Work the queue off, tracing and telling."""
    from tarkka.jobs import working
    from tarkka.recalls.delivery import tell
    from tarkka.recalls.tracing import trace

    for _ in ("the trace, which queues the telling", "the telling"):
        working.work({"recalls.tell": tell, "recalls.trace": trace}, until_empty=True)


def test_a_draft_is_read_in_three_languages_and_released_by_another_alone(officer):
    author = staffing.signed_in(officer)
    number = drafted(author)
    page = browsing.words(author.get(f"/console/recalls/{number}/?done=drafted"))
    for part in ("Milk fi", "Milk sv", "Milk en", "Ask another recall officer", "The draft is saved"):
        assert part in page
    address = f"/console/recalls/{number}/release/"
    answer = author.post(address, {"draft": draft_id(number)})
    assert answer.status_code == 422
    assert "Somebody else must release it." in browsing.words(answer)
    other = staffing.signed_in(staffing.an_account(Role.RECALL_OFFICER))
    assert "Release the recall" in browsing.words(other.get(f"/console/recalls/{number}/"))
    assert other.post(address, {"draft": draft_id(number)}).status_code == 302
    answer = other.post(address, {"draft": draft_id(number)})
    assert "was released already" in browsing.words(answer)
    assert author.get(f"/console/recalls/{number}/edit/").status_code == 302


def test_what_was_not_read_is_not_released(officer):
    author = staffing.signed_in(officer)
    number = drafted(author)
    read = draft_id(number)
    assert author.post(f"/console/recalls/{number}/edit/", filled(**{"en.hazard": "Salmonella"})).status_code == 302
    other = staffing.signed_in(staffing.an_account(Role.RECALL_OFFICER))
    for sent in (read, ""):
        answer = other.post(f"/console/recalls/{number}/release/", {"draft": sent})
        assert answer.status_code == 422
        assert "The draft changed meanwhile." in browsing.words(answer)
    assert "Salmonella" in browsing.words(answer)


def test_released_it_is_traced_told_and_counted_and_nobody_is_named(officer):
    from tarkka.people.actions import customer, remove_contact
    from tarkka.people.details import ContactKind

    at = "2024-03-07T10:00:00Z"
    home, other = building.a_household(1), building.a_household(1)
    for each in (home, other):
        building.take(building.a_source(), [building.a_receipt(card=each.cards[0], purchased_at=at)])
    remove_contact(other.persons[0], ContactKind.EMAIL, acting=customer(other.persons[0]))
    number = drafted(staffing.signed_in(officer), **{"from": at[:10], "to": at[:10], "fi.product": "Seventh"})
    client = staffing.signed_in(staffing.an_account(Role.RECALL_OFFICER))
    client.post(f"/console/recalls/{number}/release/", {"draft": draft_id(number)})
    assert "The purchases were not gone through yet: 0 of 1 quarters." in dashboard(client, number)
    with a_postbox() as box:
        work()
    assert sum("Seventh" in message["Subject"] for message in box.messages) == 1
    said = dashboard(client, number)
    for part in ("Affected 2", "Told 1", "Waiting 0", "Have read it 0", "Unreachable 1", "E-mail 1 0", "1 of 1"):
        assert part in said, said
    browsing.signed_in(other.persons[0]).post(f"/recalls/{number}/read/")
    client = staffing.signed_in(staffing.an_account(Role.RECALL_OFFICER))
    said = dashboard(client, number)
    for part in ("Told 2", "Have read it 1", "Unreachable 0", "from the release: half within"):
        assert part in said, said
    page = client.get(f"/console/recalls/{number}/").content.decode()
    assert "Given0" not in page
    assert "@example.org" not in page


def dashboard(client, number):
    return browsing.words(client.get(f"/console/recalls/{number}/"))


def test_it_is_ended_with_a_reason_and_tells_nobody_any_more(officer):
    client = staffing.signed_in(officer)
    number = recalling.a_recall_of(building.a_household(1).persons[0])
    answer = client.post(f"/console/recalls/{number}/end/", {"reason": " "})
    assert answer.status_code == 422
    assert "Write why the recall is ended." in browsing.words(answer)
    assert client.post(f"/console/recalls/{number}/end/", {"reason": "Everybody was told."}).status_code == 302
    said = dashboard(client, number)
    assert "Everybody was told." in said
    assert "Affected 1" in said
    assert "The recall is not running." in browsing.words(
        client.post(f"/console/recalls/{number}/end/", {"reason": "Again"})
    )


@pytest.mark.parametrize("language", FORBIDDEN)
def test_words_that_play_the_danger_down_are_named_with_the_reason_beside_their_field(officer, language):
    text, words, reason = FORBIDDEN[language]
    client = staffing.signed_in(officer)
    client.cookies["tarkka_language"] = language
    answer = client.post("/console/recalls/new/", filled(**{f"{language}.hazard": text}))
    assert answer.status_code == 422
    page = answer.content.decode()
    told = page.split(f'id="wrong-{language}.hazard"')[1].split("</p>")[0]
    assert words in told
    assert reason in told
    assert "2023/988" in told
    assert text in page
    assert f'aria-describedby="wrong-{language}.hazard"' in page


WRONG = {
    "not dangerous": ({"dangerous": ""}, "dangerous", "only a danger overrides"),
    "no kind": ({"kind": ""}, "kind", "Choose whether it is food"),
    "no GTIN": ({"gtins": f"{recalling.MILK}, 123"}, "gtins", "“123” is no GTIN"),
    "unknown outlet": ({"outlets": "nowhere"}, "outlets", "no code “nowhere”"),
    "unknown group": ({"groups": "dairyy"}, "groups", "no code “dairyy”"),
    "no day": ({"from": "yesterday"}, "from", "This is no day."),
    "to come": ({"from": "2999-01-01", "to": "2999-01-02"}, "from", "still to come"),
    "turned": ({"from": "2024-03-31", "to": "2024-03-01"}, "to", "before the first"),
    "long": ({"from": "1990-01-01"}, "to", "longer than 20 years"),
    "long text": ({"sv.remedy": "x" * 2001}, "sv.remedy", "At most 2,000 characters."),
}


@pytest.mark.parametrize(("changes", "field", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_saved(officer, changes, field, said):
    from tarkka.recalls.queries import list_recalls

    before = len(list_recalls(acting=officer))
    form = filled(**changes)
    if not form["dangerous"]:
        del form["dangerous"]
    answer = staffing.signed_in(officer).post("/console/recalls/new/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode().split(f'id="wrong-{field}"')[1].split("</p>")[0]
    assert len(list_recalls(acting=officer)) == before


def test_what_a_draft_lacks_is_told_before_it_can_be_released(officer):
    number = drafted(staffing.signed_in(officer), **{"fi.hazard": "", "gtins": "", "to": ""})
    other = staffing.signed_in(staffing.an_account(Role.RECALL_OFFICER))
    said = browsing.words(other.get(f"/console/recalls/{number}/"))
    for part in ("Hazard (suomi) This is missing.", "GTINs Give the product’s", "Last day of purchase Give the days"):
        assert part in said, said
    answer = other.post(f"/console/recalls/{number}/release/", {"draft": draft_id(number)})
    assert answer.status_code == 422
    assert "The draft still lacks something." in browsing.words(answer)


def test_every_way_of_playing_down_has_words():
    from tarkka.console.recall_form import _PLAYED_DOWN
    from tarkka.recalls.playing_down import PLAYED_DOWN

    assert {each.what for each in PLAYED_DOWN} == set(_PLAYED_DOWN)
