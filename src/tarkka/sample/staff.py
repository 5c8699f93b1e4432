"""Staff for the demo: accounts without credentials, with a mandate each, which its development sign-in offers."""

import json

from tarkka.access.actions import confirm_mandate, give_mandate
from tarkka.database.keys import home
from tarkka.sample.demo import staff_choices
from tarkka.staff.actions import open_account
from tarkka.staff.queries import find_account
from tarkka.vocabulary import Language

DAYS = 30
_BY, _CONFIRMED_BY = "tarkka demo", "tarkka demo, again"


def open_staff() -> None:
    """Open the accounts that are missing, give the mandates that are not in force, and list whom one can be.

    Needs the owner's rights. The confidentiality agreement is left to be signed by whoever tries them.
    """
    for choice in staff_choices():
        if find_account(choice.user_id) is None:
            open_account(choice.user_id, choice.name, f"{choice.user_id}@example.org", Language.FI, acting=_BY)
        account = find_account(choice.user_id)
        if account and choice.role not in account.roles:
            given = give_mandate(choice.user_id, choice.role, days=DAYS, reason="the demo", acting=_BY, using="owner")
            confirm_mandate(given, acting=_CONFIRMED_BY, using="owner")
    listed = [{"user_id": choice.user_id, "why": choice.why} for choice in staff_choices()]
    (home() / "demo-staff.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
