"""Mandates on their page: given by one, confirmed by another, ended with a reason; nobody's for themselves (R21)."""

import pytest

import browsing
import staffing
from tarkka.access.actions import current_mandates
from tarkka.vocabulary import Role

GIVE, CONFIRM, END = "/console/mandates/give/", "/console/mandates/confirm/", "/console/mandates/end/"


@pytest.fixture
def giver(site):
    user_id = staffing.an_account(Role.REGISTER_ADMINISTRATOR)
    return user_id, staffing.signed_in(user_id)


def of(user_id):
    return [each for each in current_mandates(user_id) if each.role is Role.ANALYST]


def given(client, to, **changes):
    return client.post(GIVE, {"user_id": to, "role": "analyst", "days": "30", "reason": "a project"} | changes)


def test_one_gives_another_confirms_and_it_is_ended_with_a_reason(giver):
    _, client = giver
    to = staffing.an_account()
    answer = given(client, to)
    assert "Somebody else confirms it" in browsing.words(client.get(answer["Location"]))
    [mandate] = of(to)
    assert mandate.confirmed_by is None
    assert (mandate.until - mandate.since).days == 30
    assert "You gave this yourself" in browsing.words(client.get("/console/mandates/"))
    refused = client.post(CONFIRM, {"mandate": mandate.id})
    assert refused.status_code == 403
    assert "nor confirms what they gave" in browsing.words(refused)
    officer = staffing.signed_in(staffing.an_account(Role.DATA_PROTECTION_OFFICER))
    assert officer.post(CONFIRM, {"mandate": mandate.id})["Location"].endswith("done=confirmed")
    assert officer.post(CONFIRM, {"mandate": mandate.id})["Location"] == "/console/mandates/"
    assert of(to)[0].confirmed_by
    assert client.post(END, {"mandate": mandate.id, "reason": " "}).status_code == 422
    assert client.post(END, {"mandate": mandate.id, "reason": "the project ended"})["Location"].endswith("done=ended")
    assert of(to) == []
    assert client.post(END, {"mandate": mandate.id, "reason": "again"}).status_code == 404


def test_nobody_gives_for_themselves_nor_confirms_their_own(giver):
    from tarkka.access import NotAllowed
    from tarkka.access.actions import give_mandate

    user_id, client = giver
    assert given(client, user_id).status_code == 422
    with pytest.raises(NotAllowed, match="not_for_yourself"):
        give_mandate(user_id, Role.ANALYST, days=1, reason="mine", acting=user_id)
    other = staffing.signed_in(staffing.an_account(Role.REGISTER_ADMINISTRATOR))
    given(other, user_id)
    [mandate] = of(user_id)
    assert "This is yours" in browsing.words(client.get("/console/mandates/"))
    assert client.post(CONFIRM, {"mandate": mandate.id}).status_code == 403


@pytest.mark.parametrize("wrong", [
    {"user_id": "nobody"}, {"role": "customer"}, {"role": "automatic"}, {"days": "0"}, {"days": "367"}, {"days": "x"},
    {"reason": " "}, {"reason": "x" * 301},
])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_given(giver, wrong):
    _, client = giver
    to = staffing.an_account()
    assert given(client, to, **wrong).status_code == 422
    assert of(to) == []


@pytest.mark.parametrize("days", [0, 367, -1])
def test_the_database_gives_none_for_longer_than_a_year(giver, days):
    from tarkka.access.actions import give_mandate

    with pytest.raises(ValueError, match="a_year_at_most"):
        give_mandate(staffing.an_account(), Role.ANALYST, days=days, reason="long", acting=giver[0])


def test_whose_mandate_ends_meanwhile_gives_no_more(giver, monkeypatch):
    from tarkka.console.pages import mandates

    user_id, client = giver
    to = staffing.an_account()
    monkeypatch.setattr(mandates, "give_mandate", ended_before(user_id, mandates.give_mandate))
    answer = given(client, to)
    assert answer.status_code == 403
    assert "Your mandate has ended" in browsing.words(answer)
    assert of(to) == []


def ended_before(user_id, act):
    from tarkka.access.actions import end_mandate

    def late(*args, **kwargs):
        for each in current_mandates(user_id):
            end_mandate(each.id, reason="left", acting=user_id)
        return act(*args, **kwargs)

    return late
