"""`tarkka recall`: recalls of dangerous products, drafted by one recall officer and released by another."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from tarkka.cli.boot import Acting, boot, stop
from tarkka.cli.bounces import bounces
from tarkka.vocabulary import Language

app = typer.Typer(help="Recalls of dangerous products.", no_args_is_help=True)
app.command("bounces")(bounces)

Number = Annotated[int, typer.Argument(help="The recall's number.", metavar="RECALL", min=1)]
_WHY = {
    "already_released": "it was released already",
    "changed_meanwhile": "somebody wrote a newer draft meanwhile: read it, and release that one",
    "no_agreement": "you have not signed the confidentiality agreement: sign it in the console",
    "no_danger": "it states no danger",
    "no_mandate": "you have no mandate as recall officer: `tarkka mandate` tells how one is given",
    "no_recall": "there is no such recall, or it is not running",
    "not_for_yourself": "you wrote a draft of it, and a recall is released by somebody else",
    "not_running": "it is not running",
    "not_whole": "it lacks something that must be told",
}


@app.command("draft")
def draft(
    acting: Acting,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="TOML, or JSON by its name's ending.")],
    recall: Annotated[int | None, typer.Option(help="The recall that this is a new draft of.", min=1)] = None,
) -> None:
    """Write a draft of a recall from a file, and print its number. Exits with 2 and says all that is wrong with it."""
    boot()
    from tarkka.access import NotAllowed
    from tarkka.recalls.actions import ReferenceTaken, draft_recall
    from tarkka.recalls.drafts import DraftInvalid, lacking_in, read_draft

    try:
        read = read_draft(file)
        number = draft_recall(read, recall_id=recall, acting=acting)
    except NotAllowed as error:
        _refused(error.reason)
    except ReferenceTaken as error:
        stop(f"Not drafted: a recall was made of notice {error} before.")
    except (DraftInvalid, ValueError) as error:
        stop(f"Not drafted:\n{error}")
    typer.echo(f"recall {number}: drafted")
    for each in lacking_in(read):
        typer.echo(f"  before it can be released: {each.place}: {each.wrong}. {each.remedy}.")


@app.command("release")
def release(
    acting: Acting,
    recall: Number,
    draft_number: Annotated[int, typer.Option("--draft", help="The draft that you read, as `status` tells it.", min=1)],
) -> None:
    """Release a recall that somebody else drafted: from then on it is traced, and people are told."""
    boot()
    from django.db import transaction

    from tarkka.access import NotAllowed
    from tarkka.recalls.actions import queue_trace, release_recall
    from tarkka.recalls.drafts import DraftInvalid

    try:
        with transaction.atomic():
            release_recall(recall, draft_id=draft_number, acting=acting)
            queue_trace(recall, acting=acting)
    except NotAllowed as error:
        _refused(error.reason)
    except (DraftInvalid, LookupError) as error:
        stop(f"Not released:\n{error}")
    typer.echo(f"recall {recall}: released, and its trace queued. At once: tarkka recall trace {recall}")


@app.command("trace")
def trace(
    recall: Annotated[int | None, typer.Argument(help="The recall; all that run, if none is named.", min=1)] = None,
) -> None:
    """Find who bought what is recalled, and queue telling those who are new.

    The worker does so daily by itself, for receipts may come late.

    Safe to run again at any time, and after it was interrupted.
    """
    boot()
    from rich.console import Console
    from rich.progress import track

    from tarkka.access import Refused
    from tarkka.recalls.queries import running_recalls
    from tarkka.recalls.tracing import stretches_of, trace_stretch

    try:
        numbers = [recall] if recall else [each.id for each in running_recalls()]
        work = [(number, *each) for number in numbers for each in stretches_of(number)]
        new = dict.fromkeys(numbers, 0)
        for number, since, until in track(work, "Tracing", console=Console(stderr=True), disable=not work):
            traced = trace_stretch(number, since, until)
            new[number] += traced.new_people
    except LookupError as error:
        stop(f"Not traced: {error}.")
    except Refused as error:
        _refused(error.reason)
    for number, people in new.items():
        typer.echo(f"recall {number}: new people: {people}")


@app.command("status")
def status(
    acting: Acting,
    recall: Annotated[int | None, typer.Argument(help="One recall, in full; all in short, if none is named.")] = None,
) -> None:
    """Print recalls: what each says, who did what, and how far telling has come, in numbers of people."""
    boot()
    from tarkka.access import NotAllowed
    from tarkka.recalls.queries import list_recalls, read_progress, read_recall

    try:
        if recall is None:
            for each in list_recalls(acting=acting):
                name = next((words.product for words in each.draft.words.values() if words.product), "")
                typer.echo(f"{each.id}  {each.status}  draft {each.draft_id}  {each.draft.kind}  {name}")
            return
        found = read_recall(recall, acting=acting)
        progress = read_progress(recall, acting=acting)
    except NotAllowed as error:
        _refused(error.reason)
    except LookupError as error:
        stop(f"{error}.")
    for line in _told(found):
        typer.echo(line)
    if found.released_at:
        typer.echo(f"affected: {progress.affected} (bought {progress.bought}, may have {progress.may_have_bought})")
        typer.echo(f"told: {progress.told}, waiting: {progress.waiting}, unreachable: {progress.unreachable}")
        typer.echo(f"acknowledged: {progress.acknowledged}")
        for channel, people in progress.by_channel.items():
            typer.echo(f"  {channel}: {people} (failed {progress.failed_by_channel.get(channel, 0)})")
        if progress.median_to_told is not None:
            typer.echo(f"from release to told: median {progress.median_to_told}, last {progress.last_to_told}")


def _told(found: Any) -> list[str]:  # noqa: ANN401  # a Recall, whose room is imported once there is a database
    draft = found.draft
    period = f"{draft.first} to {draft.last}" if draft.first else "not told"
    lines = [
        f"recall {found.id}: {found.status}, draft {found.draft_id} by {found.drafted_by}",
        f"kind: {draft.kind}, days of purchase: {period}, reference: {draft.reference or 'none'}",
        f"gtins: {', '.join(draft.gtins) or 'none'}, groups: {', '.join(draft.groups) or 'none'}",
        f"lots: {', '.join(draft.lots) or 'all'}, outlets: {', '.join(draft.outlets) or 'all'}",
    ]
    if found.released_by:
        lines.append(f"released by {found.released_by} at {found.released_at:%Y-%m-%d %H:%M} UTC")
    if found.ended_by:
        lines.append(f"ended by {found.ended_by} at {found.ended_at:%Y-%m-%d %H:%M} UTC: {found.end_reason}")
    return lines


@app.command("text")
def text(
    acting: Acting,
    recall: Number,
    language: Annotated[Language, typer.Option(help="In which language.")] = Language.FI,
) -> None:
    """Print what a recall tells everybody: to be read before it is released, and to be published generally.

    Whose purchases are stored as totals alone, or who shops without a card, cannot be traced: publish it for them.
    """
    boot()
    from tarkka.access import NotAllowed
    from tarkka.recalls.notice import notice
    from tarkka.recalls.queries import published_of, read_recall

    try:
        found = read_recall(recall, acting=acting)
    except NotAllowed as error:
        _refused(error.reason)
    except LookupError as error:
        stop(f"{error}.")
    written = notice(published_of(found), language, sellers=found.draft.outlets)
    typer.echo(written.title)
    for name, said in written.parts:
        typer.echo(f"\n{name}\n{said}")
    typer.echo("\n" + "\n".join(written.below))


@app.command("end")
def end(
    acting: Acting,
    recall: Number,
    reason: Annotated[str, typer.Option(help="Why it ends: everybody was told, for instance.")],
) -> None:
    """End a running recall: nobody is traced or told any more for it."""
    boot()
    from tarkka.access import NotAllowed
    from tarkka.recalls.actions import end_recall

    try:
        end_recall(recall, reason=reason, acting=acting)
    except NotAllowed as error:
        _refused(error.reason)
    except ValueError:
        stop("Not ended: say why, in words.")
    typer.echo(f"recall {recall}: ended")


@app.command("import")
def import_(
    acting: Acting,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV of Safety Gate or RASFF, with GTINs.")],
) -> None:
    """Draft a recall of each published notice in a file. Safe to run again: a notice makes one recall.

    Rows that cannot be drafted are told with what is wrong, and hold up no other; then it exits with 1.
    """
    boot()
    from rich.console import Console
    from rich.progress import track

    from tarkka.access import NotAllowed
    from tarkka.recalls.drafts import DraftInvalid
    from tarkka.recalls.importing import RowStatus, count_rows, import_notices

    counts = dict.fromkeys(RowStatus, 0)
    try:
        rows = import_notices(file, acting=acting)
        for row in track(rows, "Drafting", total=count_rows(file), console=Console(stderr=True)):
            counts[row.status] += 1
            for each in row.problems:
                where = f"row {row.number} ({row.reference or 'no number'}): {each.place}"
                typer.echo(f"{where}: {each.wrong}. {each.remedy}.", err=True)
    except NotAllowed as error:
        _refused(error.reason)
    except DraftInvalid as error:
        stop(f"Nothing was drafted:\n{error}")
    typer.echo(", ".join(f"{status.replace('_', ' ')}: {count}" for status, count in counts.items()))
    if counts[RowStatus.NOT_DRAFTED]:
        raise typer.Exit(1)


def _refused(reason: str) -> NoReturn:
    stop(f"Not done: {_WHY.get(reason, reason)}.")
