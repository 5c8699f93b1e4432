"""`tarkka person`, `household`, `card`, `objection`, `mandate`: what an operator does for people, each act through the door.

Whoever runs these acts as a register administrator under their own user id, and needs a mandate: see `tarkka mandate give`.
"""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from tarkka.cli.boot import boot
from tarkka.vocabulary import Language, Objection, Place, Role

person = typer.Typer(help="Persons.", no_args_is_help=True)
household = typer.Typer(help="Households and who belongs to them.", no_args_is_help=True)
card = typer.Typer(help="Cards.", no_args_is_help=True)
objection = typer.Typer(help="Objections A and B, made and withdrawn on a person's behalf.", no_args_is_help=True)
mandate = typer.Typer(help="Mandates: which member of staff may act in which role.", no_args_is_help=True)

PersonId = Annotated[int, typer.Argument(help="The person's id, as `tarkka person find` prints it.")]
By = Annotated[str, typer.Option(help="Your personal user id.", envvar="TARKKA_USER", default_factory=getpass.getuser)]
At = Annotated[datetime | None, typer.Option(help="From when on, in the register's time zone; now if absent.")]


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what may go wrong for a good reason into one line and exit code 2."""
    import psycopg

    from tarkka.access import Refused

    try:
        yield
    except Refused as refused:
        remedy = " See `tarkka mandate give`." if refused.reason in ("no_mandate", "no_agreement") else ""
        typer.echo(f"The door stayed shut: {refused.reason}. The refusal was recorded as access event {refused.event_id}.{remedy}", err=True)
    except psycopg.errors.UniqueViolation:
        typer.echo("There is one already: an identity code and a card number can be registered once.", err=True)
    except psycopg.errors.ExclusionViolation:
        typer.echo("The periods overlap: a person has one household at a time, a household one main member.", err=True)
    except ValueError as error:
        typer.echo(str(error), err=True)
    else:
        return
    raise typer.Exit(2)


def _moment(at: datetime | None) -> datetime:
    from tarkka.description.queries import load_rulebook

    zone: ZoneInfo = load_rulebook().time_zone
    return datetime.now(zone) if at is None else at.replace(tzinfo=zone)


@person.command("find")
def find(identity_code: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for if absent, so that no history keeps it.")]) -> None:
    """Print the id of the person with this personal identity code."""
    boot()
    from django.db import connection

    from tarkka.people.queries import find_person

    connection.ensure_connection()
    with _told_plainly():
        found = find_person(connection.connection, identity_code)
        if found is None:
            raise ValueError("Nobody in the register has this identity code.")
        typer.echo(str(found))


@person.command("show")
def show(person_id: PersonId, by: By) -> None:
    """Show a person's name, cards and choices. The look is recorded and the person sees it."""
    boot()
    from tarkka import access
    from tarkka.people.actions import operator
    from tarkka.people.queries import read_cards, read_choices, read_person

    acting = operator(by)
    with (
        _told_plainly(),
        access.opened(role=acting.role, actor=acting.id, purpose=acting.purpose, subject=access.person(person_id)),
    ):
        found = read_person(person_id)
        if found is None:
            raise ValueError(f"There is no person {person_id}.")
        typer.echo(f"{found.given_name} {found.family_name}, {found.language}")
        for each in read_cards():
            typer.echo(f"card {each.number}, open from {each.opened_at:%Y-%m-%d}" + (f" to {each.closed_at:%Y-%m-%d}" if each.closed_at else ""))
        for choice in read_choices():
            end = f", withdrawn {choice.withdrawn_at:%Y-%m-%d %H:%M} ({choice.withdrawn_place})" if choice.withdrawn_at else ", in force"
            typer.echo(f"objection {choice.kind} made {choice.made_at:%Y-%m-%d %H:%M} ({choice.made_place}){end}")


@person.command("language")
def language(person_id: PersonId, to: Annotated[Language, typer.Option(help="The language to serve them in.")], by: By) -> None:
    """Change the language in which a person is served."""
    boot()
    from tarkka.people.actions import change_language, operator

    with _told_plainly():
        change_language(person_id, to, acting=operator(by))


@household.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, a household a line: docs/people.md.")],
) -> None:
    """Register the households of a file with their persons and cards, and print each person's key and id.

    Exits with 1 if a line was wrong: the others are registered all the same.
    """
    boot()
    from tarkka.description.queries import load_rulebook
    from tarkka.people.actions import NewHousehold, register_households
    from tarkka.people.files import WrongLine, read_households

    wrong: list[WrongLine] = []

    def right() -> Iterator[NewHousehold]:
        for each in read_households(file, load_rulebook().time_zone):
            if isinstance(each, WrongLine):
                wrong.append(each)
            else:
                yield each

    with _told_plainly():
        for key, person_id in register_households(right()).items():
            typer.echo(json.dumps({"key": key, "person_id": person_id}))
    for line in wrong:
        typer.echo(f"{file.name}, line {line.number}: {line.wrong}", err=True)
    if wrong:
        raise typer.Exit(1)


@household.command("move")
def move(
    person_id: PersonId,
    by: By,
    to: Annotated[int | None, typer.Option(help="The id of the household to join; absent: leave and join none.")] = None,
    at: At = None,
    main_member: Annotated[bool, typer.Option(help="As its main member.")] = False,
) -> None:
    """End a person's membership, and begin one in another household."""
    boot()
    from tarkka.people.actions import move_to_household, operator

    with _told_plainly():
        move_to_household(person_id, to, at=_moment(at), is_main_member=main_member, acting=operator(by))


@card.command("open")
def open_(person_id: PersonId, number: Annotated[str, typer.Argument(help="The card's number.")], by: By, at: At = None) -> None:
    """Give a person a new card."""
    boot()
    from tarkka.people.actions import open_card, operator

    with _told_plainly():
        open_card(person_id, number, since=_moment(at), acting=operator(by))


@card.command("close")
def close(person_id: PersonId, number: Annotated[str, typer.Argument(help="The card's number.")], by: By, at: At = None) -> None:
    """Close a person's card; purchases made before stay theirs."""
    boot()
    from tarkka.people.actions import close_card, operator

    with _told_plainly():
        if not close_card(person_id, number, at=_moment(at), acting=operator(by)):
            raise ValueError(f"Person {person_id} has no such card open then.")


PlaceOption = Annotated[Place, typer.Option(help="Where the person told their choice.")]


@objection.command("make")
def make(person_id: PersonId, kind: Annotated[Objection, typer.Argument()], place: PlaceOption, by: By) -> None:
    """Put an objection in force: A, no targeting on data finer than TOTAL; B, no PRODUCT data in services."""
    boot()
    from tarkka.people.actions import make_objection, operator

    with _told_plainly():
        made = make_objection(person_id, kind, place=place, acting=operator(by))
    typer.echo(f"Objection {kind} is in force." if made else f"Objection {kind} was in force already.")


@objection.command("withdraw")
def withdraw(person_id: PersonId, kind: Annotated[Objection, typer.Argument()], place: PlaceOption, by: By) -> None:
    """Withdraw an objection."""
    boot()
    from tarkka.people.actions import operator, withdraw_objection

    with _told_plainly():
        withdrawn = withdraw_objection(person_id, kind, place=place, acting=operator(by))
    typer.echo(f"Objection {kind} is withdrawn." if withdrawn else f"Objection {kind} was not in force.")


@mandate.command("give")
def give(
    user_id: Annotated[str, typer.Argument(help="The personal user id of who is to act.")],
    role: Annotated[Role, typer.Option(help="The role, as the description names it.")],
    reason: Annotated[str, typer.Option(help="Why their task needs it.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days; it ends by itself.")],
    by: By,
    agreement_signed_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When they signed the confidentiality agreement; without it the door stays shut.")
    ] = None,
) -> None:
    """Let a member of staff act in a role for a time (R21)."""
    boot(owner=True)
    from tarkka.access.actions import give_mandate

    signed: date | None = agreement_signed_on.date() if agreement_signed_on else None
    give_mandate(user_id, role, days=days, reason=reason, agreement_signed_on=signed, acting=by)
