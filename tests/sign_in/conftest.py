"""A provider in this process, the portal that is set to it, and somebody who signs in there."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

import browsing
import building
from brokers import Forgery, ForgingBroker, forging_broker, key, write_settings

REDIRECT = "http://localhost/sign-in/back/"
_addresses = count(1)


@dataclass
class Visit:
    """A browser that signs in at the forging broker."""

    broker: ForgingBroker
    client: Client = field(default_factory=lambda: a_browser())
    asked: dict[str, Any] = field(default_factory=dict)
    """The request that the portal signed, from `begin` on."""

    def begin(self, query: str = "") -> "Visit":
        """Go to the provider; what is asked there is kept in `asked`."""
        from joserfc import jwt

        answer = self.client.get(f"/sign-in/start/{query}")
        assert answer.status_code == 302, answer.content.decode()
        sent = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
        self.asked = jwt.decode(sent["request"], key("our sign"), algorithms=["RS256"]).claims
        return self

    def end(self, forgery: Forgery | None = None, **answer: str | None) -> Any:
        """Come back from the provider, which gives the forgery, with its answer or as changed; None removes."""
        self.broker.forgery = forgery or Forgery()
        self.broker.claims["nonce"] = self.asked.get("nonce")
        usual = {"state": self.asked.get("state"), "code": secrets.token_hex(8), "iss": self.broker.issuer} | answer
        return self.client.get("/sign-in/back/", {name: value for name, value in usual.items() if value is not None})

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/looks/").status_code == 200


def a_browser() -> Client:
    """Return a browser with an address of its own, so that no limit on how often somebody asks is met."""
    return browsing.anonymous(REMOTE_ADDR=f"10.{next(_addresses) % 250}.0.1", HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture(scope="module")
def broker(site: str) -> Iterator[ForgingBroker]:
    """A provider at which somebody of the register signs in, unless a forgery says otherwise."""
    [identity_code] = building.a_household(1).identity_codes
    with forging_broker() as found:
        found.claims["personal_identity_code"] = identity_code
        yield found


@pytest.fixture(scope="module")
def settings_path(broker: ForgingBroker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of the forging broker."""
    return write_settings(tmp_path_factory.mktemp("settings"), broker.issuer, REDIRECT)


@pytest.fixture
def visit(broker: ForgingBroker, settings_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """A browser at a portal that is set to the forging broker, whose keys it has not asked for yet."""
    from tarkka.sign_in import keys

    monkeypatch.setattr(keys, "_kept", {})
    broker.forgery = Forgery()
    with override_settings(TARKKA_SIGN_IN=settings_path):
        yield Visit(broker)


@pytest.fixture
def change_provider(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Change what the portal knows of its provider."""
    from tarkka.portal.pages import session
    from tarkka.sign_in.providers import provider_for

    def change(**changes: Any) -> None:
        monkeypatch.setattr(session, "provider_for", lambda name: replace(provider_for(name), **changes))

    return change
