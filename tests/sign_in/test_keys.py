"""The provider's keys: asked for seldom, kept for a day at most, and followed when they roll over."""

import time
from typing import Any

import pytest

from brokers import Forgery, public
from tarkka.sign_in import keys

HOUR = 3600


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the keys' clock show another time, seconds from now; the keys' alone."""
    return lambda seconds: monkeypatch.setattr(keys, "time", lambda: time.time() + seconds)


@pytest.fixture
def asked(visit: Any) -> Any:
    """How often the provider was asked for its keys since the test began."""
    before = visit.broker.keys_asked
    return lambda: visit.broker.keys_asked - before


def signs_in(visit: Any, **forgery: Any) -> bool:
    """Whether somebody is signed in with such a token."""
    return bool(visit.begin().end(Forgery(**forgery)).status_code == 302)


def test_keys_are_asked_for_once(visit: Any, asked: Any) -> None:
    assert signs_in(visit)
    assert signs_in(visit)
    assert asked() == 1


def test_keys_are_kept_for_a_day_at_most(visit: Any, asked: Any, at: Any) -> None:
    far = {"exp": time.time() + 30 * 24 * HOUR}
    assert signs_in(visit, key_set=far)
    at(23 * HOUR)
    assert signs_in(visit, key_set=far)
    assert asked() == 1
    at(25 * HOUR)
    assert signs_in(visit, key_set=far)
    assert asked() == 2


def test_keys_are_kept_no_longer_than_they_say(visit: Any, asked: Any, at: Any) -> None:
    assert signs_in(visit, key_set={"exp": time.time() + HOUR})
    at(HOUR + 1)
    assert signs_in(visit, key_set={"exp": time.time() + 2 * HOUR})
    assert asked() == 2


def test_key_published_ahead_is_there_when_it_is_used(visit: Any, asked: Any) -> None:
    both = [public("broker", "sig"), public("broker next", "sig")]
    assert signs_in(visit, key_set={"keys": both})
    assert signs_in(visit, signed_by="broker next")
    assert asked() == 1


def test_key_that_is_not_there_is_asked_for_and_seldom(visit: Any, asked: Any, at: Any) -> None:
    after = {"keys": [public("broker next", "sig")]}
    assert signs_in(visit)
    assert not signs_in(visit, signed_by="broker next", key_set=after)
    assert asked() == 1
    at(61)
    assert signs_in(visit, signed_by="broker next", key_set=after)
    assert asked() == 2
    assert not signs_in(visit, key_set=after)
    assert asked() == 2


def test_key_that_was_taken_back_is_refused_after_a_day(visit: Any, at: Any) -> None:
    assert signs_in(visit)
    at(25 * HOUR)
    later = {"exp": time.time() + 48 * HOUR, "keys": [public("broker next", "sig")]}
    assert not signs_in(visit, key_set=later)


def test_forged_keys_do_not_replace_those_that_are_kept(visit: Any, at: Any) -> None:
    assert signs_in(visit)
    at(61)
    forged = {"keys": [public("stranger", "sig")]}
    assert not signs_in(visit, signed_by="stranger", keys_signed_by="stranger", key_set=forged)
    assert signs_in(visit)


def test_pinned_entity_key_may_roll_over_too(visit: Any, change_provider: Any) -> None:
    from brokers import key

    change_provider(entity_keys=(key("broker entity next"), key("broker entity")))
    assert signs_in(visit)
    keys._kept.clear()
    assert signs_in(visit, keys_signed_by="broker entity next")
