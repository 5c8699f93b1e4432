"""The worker killed at any moment, again and again: nobody is told twice or never, and how far it has come is known."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from posting import Postbox, a_mail_server
from tarkka.people.details import ContactKind
from telling import VALUES, progress, queued, rows_of_owner, somebody

EMAIL, PHONE, POST = ContactKind.EMAIL, ContactKind.PHONE, ContactKind.POST
BY_EMAIL, BY_TEXT, BY_LETTER = 240, 40, 20
KILLS = 8
WORKER = """
from tarkka.cli.boot import boot
boot()
from tarkka.jobs.working import Patience, work
from tarkka.recalls.delivery import tell
work({"recalls.tell": tell}, patience=Patience(heartbeat=1.0, first=0.1, longest=0.5))
"""
"""`tarkka work`, but for its patience."""


def start(home: Path, port: int) -> subprocess.Popen[bytes]:
    mail = {"TARKKA_MAIL_URL": f"smtp://127.0.0.1:{port}", "TARKKA_MAIL_FROM": "recalls@example.org"}
    keys = {"TARKKA_KEYS": str(Path(os.environ["TARKKA_HOME"]) / "keys.json"), "TARKKA_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-c", WORKER], env=os.environ | mail | keys, start_new_session=True)


def jobs_left() -> int:
    [(left,)] = rows_of_owner("SELECT count(*) FROM jobs.procrastinate_jobs")
    return int(left)


def test_worker_killed_time_and_again_tells_nobody_twice_or_never(database: str, tmp_path: Path) -> None:
    rows_of_owner("DELETE FROM jobs.procrastinate_jobs RETURNING 1")
    people = {
        **{somebody(EMAIL): "email" for _ in range(BY_EMAIL)},
        **{somebody(PHONE): "text" for _ in range(BY_TEXT)},
        **{somebody(POST): "letter" for _ in range(BY_LETTER)},
    }
    recall = queued(*random.Random(4711).sample(sorted(people), len(people)))
    chance, seen = random.Random(4712), [0]
    with a_mail_server() as (box, port):
        slow_to_answer(box)
        for kill in range(KILLS + 1):
            worker = start(tmp_path, port)
            try:
                until = time.monotonic() + 60
                if kill < KILLS:  # until it tells people, and a little longer
                    while progress(recall).told == seen[-1] and jobs_left() and time.monotonic() < until:
                        time.sleep(0.02)
                    time.sleep(chance.uniform(0, 0.4))
                else:
                    while jobs_left() and time.monotonic() < until:
                        time.sleep(0.1)
            finally:
                end(worker)
            seen.append(progress(recall).told)
    assert seen == sorted(seen)
    assert sum(0 < told < len(people) for told in seen) > KILLS / 2, seen
    found = progress(recall)
    assert (found.told, found.waiting, found.unreachable) == (len(people), 0, 0)
    assert dict(found.by_channel) == {
        "portal": len(people), "email": BY_EMAIL, "text": BY_TEXT, "letter": BY_LETTER,
    }  # fmt: skip

    # By e-mail: each person has one message. What came again came under the same Message-ID, with the same words, and
    # only of notices whose try had been begun more than once.
    messages = {message["Message-ID"]: message for message in box.messages}
    addresses = {VALUES[EMAIL].format(1_000_000 + person) for person, way in people.items() if way == "email"}
    assert sorted(message["To"] for message in messages.values()) == sorted(addresses)
    tries = dict(rows_of_owner("SELECT id, attempts FROM recall_notice WHERE recall_id = %s", recall))
    for message_id, times in Counter(message["Message-ID"] for message in box.messages).items():
        assert times <= tries[int(message_id.strip("<").split(".")[0])], message_id
    said = {(each["Message-ID"], each["To"], each["Subject"], each.get_content()) for each in box.messages}
    assert len(said) == BY_EMAIL
    came_again = len(box.messages) - BY_EMAIL
    assert came_again <= 2 * KILLS, "those under way between the server's having it and the commit: two at a time"
    print(f"{came_again} e-mails of {len(box.messages)} came again; told after each kill: {seen}")

    # As files: each once, whole, and nothing that was begun is left.
    outbox = tmp_path / "outbox"
    assert list((outbox / ".begun").iterdir()) == []
    texts = [json.loads(path.read_text())["to"] for path in outbox.glob("*.json")]
    assert sorted(texts) == sorted(
        VALUES[PHONE].format(1_000_000 + person) for person, way in people.items() if way == "text"
    )
    letters = [path.read_bytes() for path in outbox.glob("*.pdf")]
    assert len(letters) == BY_LETTER
    assert all(letter.rstrip().endswith(b"%%EOF") for letter in letters)


def slow_to_answer(box: Postbox) -> None:
    """Let the server think for a moment between having a message and saying so, as real ones do."""
    take = box.handle_DATA

    async def take_slowly(server: Any, session: Any, envelope: Any) -> str:
        answer = await take(server, session, envelope)
        await asyncio.sleep(0.1)
        return answer

    box.handle_DATA = take_slowly  # type: ignore[method-assign]


def end(worker: subprocess.Popen[bytes]) -> None:
    """Kill it and all that it began, as a machine that loses its power does."""
    family = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    psutil.wait_procs(family, timeout=10)
