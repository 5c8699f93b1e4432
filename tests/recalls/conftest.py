"""What the tests of telling share: a mail server, and an outbox of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from building import administrator
from posting import Postbox, a_postbox


@pytest.fixture
def postbox(database: str, outbox: Path) -> Iterator[Postbox]:
    """A mail server that takes everything, and an empty queue."""
    with administrator() as admin:
        admin.execute("DELETE FROM jobs.procrastinate_jobs")
    with a_postbox() as box:
        yield box


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An outbox of the test's own."""
    monkeypatch.setattr("tarkka.post.files.outbox", lambda: tmp_path)
    return tmp_path
