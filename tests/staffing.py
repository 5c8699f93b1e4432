"""Staff for tests: accounts with roles, their credentials, and clients signed in as them.

Every function needs the `site` fixture, or `database` where no page is asked.
"""

import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

import acting
import browsing
from tarkka.vocabulary import Language, Role

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class SignsIn:
    """What a member of staff signs in with: the secret is the authenticator app's."""

    user_id: str
    password: str
    secret: str


def an_account(*roles: Role, identity_code: str | None = None) -> str:
    """Open an account with mandates in force in these roles and the agreement signed; return its user id."""
    from tarkka.staff.actions import open_account

    user_id = f"staff-{secrets.token_hex(4)}"
    open_account(
        user_id, "Maija Meikki", f"{user_id}@example.org", Language.EN, identity_code=identity_code, acting="t"
    )
    for role in roles:
        acting.a_mandate(user_id, role)
    return user_id


def credentials_of(user_id: str) -> SignsIn:
    """Give an account a password and an authenticator app, by an invitation."""
    from tarkka.staff import codes, passwords
    from tarkka.staff.actions import NewCodeApp, accept_invitation, invite
    from tarkka.staff.queries import invitation_hash

    secret = codes.new_secret()
    hashed = invitation_hash(invite(user_id, acting="test"))
    accept_invitation(hashed, passwords.hashed(PASSWORD), NewCodeApp(secret))
    return SignsIn(user_id, PASSWORD, secret)


def offer(user_id: str) -> None:
    """Let the development list offer this account and no other."""
    (settings.TARKKA_HOME / "demo-staff.json").write_text(json.dumps([{"user_id": user_id, "why": {}}]))


def signed_in(user_id: str) -> Client:
    """Return a client signed in as a member of staff by the development list."""
    offer(user_id)
    client = browsing.anonymous()
    answer = client.post("/console/sign-in/demo/", {"user_id": user_id})
    assert answer.status_code == 302, answer.content.decode()
    return client


def try_password(client: Client, user_id: str, password: str = PASSWORD, **more: Any) -> Any:
    """Send the first form of signing in."""
    return client.post("/console/sign-in/", {"user_id": user_id, "password": password}, **more)


def try_code(client: Client, secret: str, *, step: int = 0) -> Any:
    """Send the second form, with the code of now or so many steps of 30 seconds away."""
    return client.post("/console/sign-in/second/", {"code": code(secret, step=step)})


def code(secret: str, *, step: int = 0) -> str:
    """Return the code that an app shows now, or so many steps of 30 seconds away."""
    import pyotp

    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + step)


def secret_on(answer: Any) -> str:
    """Return the secret that a page shows for an app."""
    [found] = re.findall(r'<span class="code">([A-Z2-7 ]+)</span>', answer.content.decode())
    return found.replace(" ", "")
