"""A recall is drafted by one and released by another, and what each did stays as it was and is sealed (R19, R22)."""

from typing import Any

import pytest

from acting import a_mandate
from building import administrator
from recalling import a_draft, a_recall, an_officer, words
from tarkka.access import NotAllowed
from tarkka.vocabulary import Role


def drafted(acting: str | None = None, **changes: Any) -> tuple[int, int]:
    from tarkka.recalls.actions import draft_recall
    from tarkka.recalls.queries import read_recall

    acting = acting or an_officer()
    number = draft_recall(a_draft(**changes), acting=acting)
    return number, read_recall(number, acting=acting).draft_id


def refusal(act: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(NotAllowed) as error:
        act(*given, **more)
    return error.value.reason


def test_recall_goes_from_draft_to_end(database: str) -> None:
    from tarkka.recalls.actions import end_recall, release_recall
    from tarkka.recalls.queries import Status, read_published, read_recall

    author, other = an_officer(), an_officer()
    number, draft_id = drafted(author)
    assert read_recall(number, acting=other).status is Status.DRAFTED
    assert read_published([number]) == []
    release_recall(number, draft_id=draft_id, acting=other)
    released = read_recall(number, acting=author)
    assert (released.status, released.drafted_by, released.released_by) == (Status.RELEASED, author, other)
    assert [each.draft for each in read_published([number])] == [a_draft()] == [released.draft]
    end_recall(number, reason="Everybody was told", acting=author)
    ended = read_recall(number, acting=other)
    assert (ended.status, ended.ended_by, ended.end_reason) == (Status.ENDED, author, "Everybody was told")


def test_nobody_releases_what_they_wrote_a_draft_of(database: str) -> None:
    from tarkka.recalls.actions import draft_recall, release_recall
    from tarkka.recalls.queries import read_recall

    author, editor, third = an_officer(), an_officer(), an_officer()
    number, draft_id = drafted(author)
    assert refusal(release_recall, number, draft_id=draft_id, acting=author) == "not_for_yourself"
    draft_recall(a_draft(lots=("L1",)), recall_id=number, acting=editor)
    newest = read_recall(number, acting=third).draft_id
    for acting in (author, editor):
        assert refusal(release_recall, number, draft_id=newest, acting=acting) == "not_for_yourself"
    assert refusal(release_recall, number, draft_id=draft_id, acting=third) == "changed_meanwhile"
    release_recall(number, draft_id=newest, acting=third)
    assert read_recall(number, acting=third).draft.lots == ("L1",)
    assert refusal(release_recall, number, draft_id=newest, acting=third) == "already_released"
    assert refusal(draft_recall, a_draft(), recall_id=number, acting=third) == "already_released"


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.RECALL_OFFICER)])
def test_nobody_but_recall_officers_comes_to_it(database: str, role: Role | None) -> None:
    from tarkka.recalls.actions import draft_recall, end_recall, release_recall
    from tarkka.recalls.queries import list_recalls, read_progress

    user = f"somebody-{role}"
    if role and role not in (Role.AUTOMATIC, Role.CUSTOMER):
        a_mandate(user, role)
    number, draft_id = drafted()
    running = a_recall()
    assert refusal(draft_recall, a_draft(), acting=user) == "no_mandate"
    with pytest.raises(NotAllowed):
        release_recall(number, draft_id=draft_id, acting=user)
    assert refusal(end_recall, running, reason="a", acting=user) == "no_mandate"
    if role is not Role.DATA_PROTECTION_OFFICER:
        assert refusal(list_recalls, acting=user) == "no_mandate"
        assert refusal(read_progress, running, acting=user) == "no_mandate"


def test_officer_without_the_agreement_comes_to_nothing(database: str) -> None:
    from tarkka.recalls.actions import draft_recall

    a_mandate("unsigned", Role.RECALL_OFFICER, signed=False)
    assert refusal(draft_recall, a_draft(), acting="unsigned") == "no_mandate"


def test_recall_that_lacks_something_is_not_released(database: str) -> None:
    from tarkka.recalls.actions import release_recall
    from tarkka.recalls.drafts import DraftInvalid

    number, draft_id = drafted(words=words(hazard=""))
    with pytest.raises(DraftInvalid, match=r"fi.hazard: this is missing"):
        release_recall(number, draft_id=draft_id, acting=an_officer())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("is_dangerous = false", "no_danger"),
        ("period = NULL", "not_whole"),
        ("gtins = '{}'", "not_whole"),
        ("texts = jsonb_set(texts, '{sv,hazard}', '\" \"')", "not_whole"),
    ],
)
def test_database_itself_releases_nothing_that_lacks_something(database: str, change: str, reason: str) -> None:
    from tarkka.access.calling import call

    number, draft_id = drafted()
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"UPDATE recall_draft SET {change} WHERE id = %s", [draft_id])
    assert refusal(call, "SELECT recalls.release(%s, %s, %s)", [number, draft_id, an_officer()]) == reason


def test_what_is_not_running_is_not_ended_and_nothing_ends_without_a_reason(database: str) -> None:
    from tarkka.recalls.actions import end_recall

    number, _ = drafted()
    assert refusal(end_recall, number, reason="a", acting=an_officer()) == "not_running"
    running, officer = a_recall(), an_officer()
    with pytest.raises(ValueError):
        end_recall(running, reason=" ", acting=officer)
    end_recall(running, reason="a", acting=officer)
    assert refusal(end_recall, running, reason="a", acting=officer) == "not_running"


@pytest.mark.parametrize("table", ["recall", "recall_draft", "recall_release", "recall_end", "recall_run"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_what_was_written_stays_as_it_was(database: str, table: str, verb: str) -> None:
    import psycopg

    a_recall()
    column = "id" if table in ("recall", "recall_draft", "recall_run") else "recall_id"
    with administrator() as connection, pytest.raises(psycopg.errors.RaiseException, match="stays as it was"):
        connection.execute(verb.format(table, column, column))


def test_draft_release_and_end_are_sealed(database: str) -> None:
    from tarkka.recalls.actions import end_recall
    from tarkka.trail.sealing import seal

    number, officer = a_recall(), an_officer()
    end_recall(number, reason="a", acting=officer)
    seal()
    with administrator() as connection:
        found = connection.execute(
            "SELECT kind FROM trail_leaf l WHERE (kind = 'recall_release' AND row_id = %(n)s)"
            " OR (kind = 'recall_end' AND row_id = %(n)s)"
            " OR (kind = 'recall_draft' AND row_id IN (SELECT id FROM recall_draft WHERE recall_id = %(n)s))",
            {"n": number},
        ).fetchall()
    assert sorted(kind for (kind,) in found) == ["recall_draft", "recall_end", "recall_release"]
