"""Where one request ends and the next begins, asked of the real server over a bare connection."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving import TARKKA, Installation

HEAD = "POST /sign-out/ HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def ask(site: str) -> Iterator[Callable[[str], str]]:
    """Send bytes to `tarkka serve`, and return all that comes back until it closes or keeps silent."""
    names = ("TARKKA_DATABASE_URL", "TARKKA_DEMO", "TARKKA_HOME")
    home = Path(os.environ["TARKKA_HOME"])
    with Installation(home, {name: os.environ[name] for name in names}).serving(
        TARKKA, "serve", "--workers", "1"
    ) as serving:

        def asking(sent: str) -> str:
            with socket.create_connection(("127.0.0.1", serving.port), timeout=2) as connection:
                connection.sendall(sent.encode())
                told = b""
                try:
                    while piece := connection.recv(65_536):
                        told += piece
                except TimeoutError:
                    pass
            return told.decode()

        yield asking


def test_two_requests_on_a_connection_are_two(ask):
    assert ask(SMUGGLED * 2).count("HTTP/1.1 200") == 2


def test_length_that_chunks_contradict_counts_for_nothing_and_nothing_after_it_is_a_request(ask):
    told = ask(f"{HEAD}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}")
    assert told.count("HTTP/1.1") == 1
    assert "connection: close" in told


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 3\r\nContent-Length: 5\r\n",
        "Content-Length: 3, 5\r\n",
        "Content-Length: +3\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_length_that_can_be_read_in_two_ways_is_refused(ask, lines):
    told = ask(f"{HEAD}{lines}\r\nabcde{SMUGGLED}")
    assert told.startswith("HTTP/1.1 400")
    assert told.count("HTTP/1.1") == 1


def test_trace_tells_nothing_back(ask):
    told = ask("TRACE / HTTP/1.1\r\nHost: localhost\r\nX-Secret: told-back\r\nConnection: close\r\n\r\n")
    assert told.startswith("HTTP/1.1 405")
    assert "told-back" not in told
