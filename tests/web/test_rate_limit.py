"""Who asks too often is told so, and when to come back; and nobody else is."""

import secrets

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from tarkka.web.rate_limit import SHARED_ADDRESS, client_address, limited


@pytest.fixture
def ask(site):
    """Ask a view of this test's own, limited to three a minute, from an address and in a session."""
    from tarkka.sign_in.sessions import SessionStore

    view = limited(f"test {secrets.token_hex(8)}", per_minute=3)(lambda request: HttpResponse("seen"))

    def asked(address="192.0.2.1", session=None, **headers):
        request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
        request.session = SessionStore(session)
        return view(request)

    return asked


def test_a_session_may_ask_so_often_and_no_more(ask):
    assert [ask(session="a" * 32).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask(session="b" * 32).status_code == 200


def test_whoever_is_refused_is_told_when_to_come_back(ask):
    answer = [ask(session="a" * 32) for _ in range(4)][-1]
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["Cache-Control"] == "no-store"
    assert answer["Retry-After"] in answer.content.decode()


def test_sessions_of_one_address_are_counted_together_more_generously(ask):
    answers = [ask(session=secrets.token_hex(16)).status_code for _ in range(3 * SHARED_ADDRESS + 1)]
    assert answers == [200] * 3 * SHARED_ADDRESS + [429]
    assert ask(address="192.0.2.2").status_code == 200


def test_a_client_has_one_network_of_ipv6(ask):
    answers = [ask(address=f"2001:db8::{number:x}").status_code for number in range(3 * SHARED_ADDRESS + 1)]
    assert answers[-1] == 429
    assert ask(address="2001:db8:0:1::1").status_code == 200


def test_counting_begins_anew_when_the_minute_is_over(ask):
    from building import administrator

    assert [ask(session="a" * 32).status_code for _ in range(4)][-1] == 429
    with administrator() as connection:
        connection.execute("UPDATE request_count SET ends_at = now() - interval '1 second'")
    assert ask(session="a" * 32).status_code == 200


def test_no_address_is_kept(ask):
    from building import administrator

    ask(address="198.51.100.77")
    with administrator() as connection:
        kept = connection.execute("SELECT string_agg(c::text, ' ') FROM request_count c").fetchone()[0]
    assert "198.51.100.77" not in kept


@pytest.mark.parametrize(
    ("header", "told", "address"),
    [
        ("", "203.0.113.9", "192.0.2.1"),
        ("X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "10.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "", "unknown"),
        ("X-Forwarded-For", "<script>", "unknown"),
        ("X-Real-IP", "2001:db8::7", "2001:db8::"),
    ],
)
def test_only_the_balancer_s_own_word_is_believed(header, told, address):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={header or "X-Forwarded-For": told})
    with override_settings(TARKKA_ADDRESS_HEADER=header):
        assert client_address(request) == address
