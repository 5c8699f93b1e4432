"""The demo's staff: a few accounts with a role each, the same however often it is started."""

import json


def test_they_are_opened_once_and_can_be_chosen(site):
    from django.conf import settings

    import browsing
    from tarkka.access.actions import current_mandates
    from tarkka.sample.demo import staff_choices
    from tarkka.sample.staff import open_staff
    from tarkka.staff.queries import find_account

    for _ in range(2):
        open_staff()
    for choice in staff_choices():
        account = find_account(choice.user_id)
        assert account.roles == {choice.role}
        assert len(current_mandates(choice.user_id)) == 1
        assert set(choice.why) == {"fi", "sv", "en"}
    listed = json.loads((settings.TARKKA_HOME / "demo-staff.json").read_text())
    client = browsing.anonymous(HTTP_ACCEPT_LANGUAGE="en")
    assert "Aino Aaltonen" in browsing.words(client.get("/console/sign-in/demo/"))
    for each in listed:
        assert client.post("/console/sign-in/demo/", {"user_id": each["user_id"]}).status_code == 302
        assert client.get("/console/").status_code == 200
