"""My data: the extract through the page, the letter ordered, requests made and followed (R7–R9, R33)."""

import io
import json
import re
import zipfile
from datetime import date

import pytest
from pypdf import PdfReader

import browsing
import building
from building import administrator
from tarkka.vocabulary import Language


@pytest.fixture
def household(site):
    return building.a_household()


@pytest.fixture
def client(household):
    return browsing.signed_in(household.persons[0])


def extracted(client) -> zipfile.ZipFile:
    answer = client.post("/my-data/extract/")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def give_address(person_id: int, *, for_safety_only: bool = False) -> None:
    with administrator() as connection:
        connection.execute(
            "INSERT INTO contact (person_id, kind, value, for_safety_only) VALUES (%s, 'post', %s, %s)",
            [person_id, "Testikatu 1 A\n00100 HELSINKI", for_safety_only],
        )


def test_the_extract_comes_at_once_as_a_zip_in_no_cache(client):
    answer = client.post("/my-data/extract/")
    assert answer["Content-Type"] == "application/zip"
    assert re.fullmatch(r'attachment; filename="extract-\d{4}-\d\d-\d\d\.zip"', answer["Content-Disposition"])
    assert "no-store" in answer["Cache-Control"]
    first = next(answer.streaming_content)
    assert first.startswith(b"PK")
    b"".join(answer.streaming_content)


@pytest.mark.parametrize("language", list(Language))
def test_the_extract_is_in_the_pages_language(household, language):
    client = browsing.signed_in(household.persons[0], language=language)
    file = extracted(client)
    paper = PdfReader(io.BytesIO(file.read("extract.pdf")))
    root = paper.trailer["/Root"]
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == (language, True)
    assert paper.metadata.title == {"fi": "Rekisteriote", "sv": "Registerutdrag", "en": "Register extract"}[language]
    assert json.loads(file.read("extract.json"))["language"] == language
    text = " ".join(page.extract_text() for page in paper.pages)
    # A message id that nobody translated would show as itself.
    assert not re.search(r"\b(?:extract|request|looks|receipt|time)\.(?!json|csv)\w+", text)


def test_the_extract_asks_for_a_fresh_sign_in(client, settings_of_freshness):
    answer = client.post("/my-data/extract/", HTTP_REFERER="http://localhost/my-data/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2Fmy-data%2F&afresh=1")
    assert client.post("/my-data/paper/").status_code == 302
    assert client.get("/my-data/").status_code == 200


@pytest.fixture
def settings_of_freshness(client, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "TARKKA_FRESH_LIMIT", -1)


def test_taking_the_extract_is_in_its_own_history_and_in_the_trail(client):
    extracted(client)
    found = json.loads(extracted(client).read("extract.json"))
    assert [(each["way"], each["may_cost"]) for each in found["extracts"]] == [("online", False)] * 2
    assert found["looks"][-1]["purpose"] == "own_data"
    assert found["looks"][-1]["level"] == "PRODUCT"


def test_a_letter_needs_an_address_that_is_not_for_safety_alone(household, client):
    assert "The letter needs your postal address." in browsing.words(client.get("/my-data/"))
    give_address(household.persons[0], for_safety_only=True)
    answer = client.post("/my-data/paper/")
    assert answer.status_code == 422
    assert "A postal address is needed for the order." in browsing.words(answer)
    assert "Testikatu" not in answer.content.decode()


def test_a_letter_is_ordered_once_and_waits(household, client):
    give_address(household.persons[0])
    page = browsing.words(client.get("/my-data/"))
    assert "The letter goes to Testikatu 1 A, 00100 HELSINKI." in page
    for _ in range(2):
        answer = client.post("/my-data/paper/")
        assert (answer.status_code, answer["Location"]) == (302, "/my-data/#paper")
    page = browsing.words(client.get("/my-data/"))
    assert page.count("Waiting to be made") == 1
    assert "Order it on paper" not in page
    assert "a fee may be charged." not in page.replace("a fee for what it costs", "").split("Waiting to be made")[1]


def test_a_request_is_kept_in_the_persons_words_with_its_due_date(client):
    answer = client.post(
        "/my-data/requests/",
        {"kind": "rectification", "text": "  My name is\r\n<b>Aino</b> \U0001f469\u200d\U0001f4bb "},
    )
    assert answer.status_code == 302
    assert re.fullmatch(r"/my-data/#request-\d+", answer["Location"])
    page = client.get("/my-data/")
    assert "My name is<br>&lt;b&gt;Aino&lt;/b&gt; \U0001f469\u200d\U0001f4bb</p>" in page.content.decode()
    assert "Rectification Answer by" in browsing.words(page)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Write what the request is about."),
        (" \r\n ", "Write what the request is about."),
        ("x" * 2001, "The text is too long."),
        ("a\u202eb", "characters that cannot be seen"),
        ("a\x00b", "characters that cannot be seen"),
        ("a\x1b[31mb", "characters that cannot be seen"),
        ("a\u2066b", "characters that cannot be seen"),
        ("a\ue000b", "characters that cannot be seen"),
    ],
)
def test_a_text_that_cannot_be_taken_is_told_why_and_kept_in_the_form(client, text, told):
    answer = client.post("/my-data/requests/", {"kind": "erasure", "text": text})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in browsing.words(answer)
    assert re.search(r'value="erasure" checked', page)
    assert 'aria-invalid="true"' in page
    assert "Answer by" not in browsing.words(client.get("/my-data/"))


@pytest.mark.parametrize("kind", ["", "portability", "erasure'"])
def test_a_request_of_no_known_kind_is_refused(client, kind):
    assert client.post("/my-data/requests/", {"kind": kind, "text": "x"}).status_code == 400


def test_requests_are_the_persons_own(household, client):
    client.post("/my-data/requests/", {"kind": "erasure", "text": "Forget my shoes"})
    mate = browsing.signed_in(household.persons[1])
    assert "Forget my shoes" not in mate.get("/my-data/").content.decode()
    assert b"Forget my shoes" not in extracted(mate).read("extract.json")


def test_a_late_answer_is_said_to_be_late(household, client):
    client.post("/my-data/requests/", {"kind": "erasure", "text": "Old"})
    with administrator() as connection:
        connection.execute(
            "UPDATE request SET received_on = %s WHERE person_id = %s",
            [date(2020, 1, 31), household.persons[0]],
        )
    assert "The answer is late." in browsing.words(client.get("/my-data/"))


@pytest.mark.parametrize("language", list(Language))
def test_the_page_speaks_the_chosen_language(household, language):
    give_address(household.persons[0])
    client = browsing.signed_in(household.persons[0], language=language)
    client.post("/my-data/paper/")
    client.post("/my-data/requests/", {"kind": "restriction", "text": "…"})
    text = browsing.words(client.get("/my-data/"))
    assert not re.search(r"\b(?:my_data|request|form|extract)\.(?!pdf|json)\w+", text)


def test_extracts_are_bounded_in_a_minute(client):
    statuses = [client.post("/my-data/extract/").status_code for _ in range(8)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
