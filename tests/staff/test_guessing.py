"""Guessing is slowed down, and nobody elsewhere can lock an account's holder out."""

import secrets

import pytest

import building
import staffing
from tarkka.staff.guessing import KNOWN_TRIES, MOST_GUESSES, NETWORK_TRIES, STRANGE_TRIES, TooOften, Visitor

WRONG = "something else entirely"


@pytest.fixture
def user_id(database):
    return staffing.credentials_of(staffing.an_account()).user_id


def of(user_id, password=WRONG, *, network="192.0.2.1", mark=""):
    from tarkka.staff.actions import check_password

    return check_password(user_id, password, Visitor(network, mark))


def anywhere():
    return f"198.51.{secrets.randbelow(256)}.{secrets.randbelow(10**6)}"


@pytest.fixture
def fast(monkeypatch):
    """Passwords that cost little to check, for tests of many tries: what is counted is the same."""
    from tarkka.staff import passwords

    monkeypatch.setattr(passwords, "matches", lambda password, kept: kept is not None and password == staffing.PASSWORD)


def attack(user_id, tries=STRANGE_TRIES):
    for _ in range(tries):
        assert not of(user_id, network=anywhere())


def test_one_network_may_try_so_often_and_then_waits(user_id, fast):
    for _ in range(NETWORK_TRIES):
        assert not of(user_id)
    with pytest.raises(TooOften) as refused:
        of(user_id, staffing.PASSWORD)
    assert 0 < refused.value.seconds <= 15 * 60
    assert of(user_id, staffing.PASSWORD, network="192.0.2.2")


def test_all_networks_together_may_try_so_often(user_id, fast):
    attack(user_id)
    with pytest.raises(TooOften):
        of(user_id, staffing.PASSWORD, network=anywhere())


def test_a_network_that_is_refused_takes_no_tries_from_others(user_id, fast):
    for _ in range(NETWORK_TRIES):
        of(user_id)
    for _ in range(STRANGE_TRIES):
        with pytest.raises(TooOften):
            of(user_id)
    assert of(user_id, staffing.PASSWORD, network="192.0.2.2")


def test_an_attacker_elsewhere_does_not_lock_out_the_holder_s_own_browser(user_id, fast):
    from tarkka.staff.guessing import new_mark

    attack(user_id)
    assert of(user_id, staffing.PASSWORD, network=anywhere(), mark=new_mark(user_id))


def test_an_attacker_beside_the_holder_does_not_lock_them_out_either(user_id, fast):
    from tarkka.staff.guessing import new_mark

    for _ in range(NETWORK_TRIES):
        of(user_id)
    assert of(user_id, staffing.PASSWORD, mark=new_mark(user_id))


def test_a_known_browser_has_no_endless_tries(user_id, fast):
    from tarkka.staff.guessing import new_mark

    mark = new_mark(user_id)
    for _ in range(KNOWN_TRIES):
        assert not of(user_id, mark=mark)
    for _ in range(NETWORK_TRIES):  # from now on it is as strange as any other
        assert not of(user_id, mark=mark)
    with pytest.raises(TooOften):
        of(user_id, staffing.PASSWORD, mark=mark)
    assert of(user_id, staffing.PASSWORD, mark=new_mark(user_id))  # another browser of the holder's


def test_a_mark_is_of_one_account_and_of_our_making(user_id, fast):
    from tarkka.staff.guessing import new_mark

    attack(user_id)
    for mark in (new_mark("somebody-else"), "forged", new_mark(user_id)[:-1] + "x", new_mark(user_id)[1:]):
        with pytest.raises(TooOften):
            of(user_id, staffing.PASSWORD, network=anywhere(), mark=mark)


def test_tries_at_nobody_s_account_are_counted_as_at_anybody_s(database, fast):
    nobody = f"nobody-{secrets.token_hex(4)}"
    attack(nobody)
    with pytest.raises(TooOften):
        of(nobody, network=anywhere())


def test_after_a_hundred_guesses_only_known_browsers_are_believed(user_id, fast):
    from tarkka.staff.actions import forget_guesses
    from tarkka.staff.guessing import new_mark

    for _ in range(MOST_GUESSES // STRANGE_TRIES):
        attack(user_id)
        over()
    assert not of(user_id, staffing.PASSWORD, network=anywhere())
    assert of(user_id, staffing.PASSWORD, mark=new_mark(user_id))
    forget_guesses(user_id)
    assert of(user_id, staffing.PASSWORD, network=anywhere())


def test_codes_are_counted_by_themselves(user_id, fast):
    from tarkka.staff.actions import check_code

    attack(user_id, NETWORK_TRIES)
    for _ in range(NETWORK_TRIES):
        assert not check_code(user_id, "000000", Visitor("192.0.2.1"))
    with pytest.raises(TooOften):
        check_code(user_id, "000000", Visitor("192.0.2.1"))


def over():
    """Let the time be over in which tries are counted."""
    with building.administrator() as connection:
        connection.execute("UPDATE request_count SET ends_at = now() - interval '1 second'")
