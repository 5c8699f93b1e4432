"""`tarkka person`, `household`, `card`, `objection`, `mandate`: what an operator does for people.

Each act goes through the door: whoever runs these acts as a register administrator under their own user id, and needs
a mandate (`tarkka mandate give`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from tarkka.cli.boot import Acting, boot, stop
from tarkka.vocabulary import Language, Objection, Place, Role

person = typer.Typer(help="Persons.", no_args_is_help=True)
household = typer.Typer(help="Households and who belongs to them.", no_args_is_help=True)
card = typer.Typer(help="Cards.", no_args_is_help=True)
objection = typer.Typer(help="Objections A and B, made and withdrawn on a person's behalf.", no_args_is_help=True)
mandate = typer.Typer(help="Mandates: which member of staff may act in which role.", no_args_is_help=True)

MOST = 2**63 - 1
"""The greatest id that the database can hold."""

REFUSED = {
    "no_mandate": "you have no mandate that lets you do this: see `tarkka mandate list`",
    "not_for_yourself": "nobody gives or confirms a mandate for themselves, nor confirms what they gave: ask another",
}
"""What the reasons of the database mean to an operator."""

PersonId = Annotated[int, typer.Argument(min=1, max=MOST, help="The person's id, as `tarkka person find` prints it.")]
CardNumber = Annotated[str, typer.Argument(help="The card's number.")]
At = Annotated[datetime | None, typer.Option(help="From when on, in the register's time zone; now if absent.")]
Kind = Annotated[Objection, typer.Argument(help="A: no targeting on data finer than TOTAL. B: no PRODUCT in services.")]
Told = Annotated[Place, typer.Option("--place", help="Where the person told their choice.")]


@contextmanager
def told_plainly() -> Iterator[None]:
    """End the command with one line for what may go wrong for a good reason."""
    from tarkka.access import NotAllowed, Refused

    try:
        yield
    except NotAllowed as refused:
        stop(f"Not done: {REFUSED.get(refused.reason, refused.reason)}.")
    except Refused as refused:
        remedy = " See `tarkka mandate give`." if refused.reason in ("no_mandate", "no_agreement") else ""
        stop(f"The door stayed shut: {refused.reason} (access event {refused.event_id}).{remedy}")
    except ValueError as error:
        stop(f"Not done: {error}.")


def _zone() -> ZoneInfo:
    """The register's time zone; ends the command if nothing was published yet."""
    from tarkka.description.errors import BeforeFirstVersion
    from tarkka.description.queries import load_rulebook

    try:
        return load_rulebook().time_zone
    except BeforeFirstVersion:
        stop("No register description was published yet: see `tarkka description publish`.")


def _moment(at: datetime | None) -> datetime:
    zone = _zone()
    return datetime.now(zone) if at is None else at.replace(tzinfo=zone)


def _text(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


@person.command("find")
def find(
    acting: Acting,
    identity_code: Annotated[
        str, typer.Option(prompt=True, hide_input=True, help="Asked for if absent, so that no history keeps it.")
    ],
) -> None:
    """Print the id of the person with this personal identity code. The look is recorded and the person sees it."""
    boot()
    from django.db import connection

    from tarkka import access
    from tarkka.people.actions import operator
    from tarkka.people.queries import find_person
    from tarkka.vocabulary import Level

    connection.ensure_connection()
    by = operator(acting)
    with told_plainly():
        found = find_person(connection.connection, identity_code)
        if found is None:
            raise ValueError("nobody in the register has this identity code")
        with access.opened(
            role=by.role, actor=by.id, purpose=by.purpose, subject=access.person(found), at_most=Level.TOTAL
        ):
            typer.echo(str(found))


@person.command("show")
def show(person_id: PersonId, acting: Acting) -> None:
    """Show a person's name, cards and choices. The look is recorded and the person sees it."""
    boot()
    from tarkka.people.actions import look, operator
    from tarkka.people.queries import read_cards, read_choices, read_person

    zone = _zone()
    with told_plainly(), look(person_id, operator(acting)):
        found = read_person(person_id)
        if found is None:
            raise ValueError("there is no such person")
        typer.echo(f"{found.given_name} {found.family_name}, {found.language}")
        for each in read_cards():
            closed = f" to {_text(each.closed_at, zone)}" if each.closed_at else ""
            typer.echo(f"card {each.number}, open from {_text(each.opened_at, zone)}{closed}")
        for choice in read_choices():
            made = f"made {_text(choice.made_at, zone)} ({choice.made_place})"
            end = (
                f"withdrawn {_text(choice.withdrawn_at, zone)} ({choice.withdrawn_place})"
                if choice.withdrawn_at
                else "in force"
            )
            typer.echo(f"objection {choice.kind} {made}, {end}")


@person.command("language")
def language(
    person_id: PersonId, to: Annotated[Language, typer.Option(help="The language to serve them in.")], acting: Acting
) -> None:
    """Change the language in which a person is served."""
    boot()
    from tarkka.people.actions import change_language, operator

    with told_plainly():
        change_language(person_id, to, acting=operator(acting))
    typer.echo(f"Person {person_id} is served in {to}.")


@household.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, a household a line.")],
) -> None:
    """Register the households of a file with their persons and cards, and print each person's key and id.

    A line that is wrong is told and left alone, and the others are registered all the same; the exit code is then 1.
    May be stopped at any moment and run again.
    """
    boot()
    from tarkka.people.files import WrongLine, read_households
    from tarkka.people.registering import NewHousehold, register_households

    zone = _zone()
    is_wrong = False

    def tell(line: int | None, wrong: str) -> None:
        nonlocal is_wrong
        is_wrong = True
        typer.echo(f"{file.name}, line {line}: {wrong}", err=True)

    def right() -> Iterator[NewHousehold]:
        for each in read_households(file, zone):
            if isinstance(each, WrongLine):
                tell(each.number, each.wrong)
            else:
                yield each

    def told(ids: dict[str, int]) -> None:
        for key, person_id in ids.items():
            typer.echo(json.dumps({"key": key, "person_id": person_id}))

    with told_plainly():
        register_households(right(), told=told, left=lambda each, reason: tell(each.line, reason))
    if is_wrong:
        raise typer.Exit(1)


@household.command("found")
def found() -> None:
    """Make a household that nobody belongs to yet, and print its id: see `tarkka household move`."""
    boot()
    from tarkka.people.registering import found_household

    typer.echo(str(found_household()))


@household.command("move")
def move(
    person_id: PersonId,
    acting: Acting,
    to: Annotated[int | None, typer.Option(min=1, max=MOST, help="The id of the household to join.")] = None,
    leave: Annotated[bool, typer.Option("--leave", help="Leave, and join none.")] = False,
    at: At = None,
    main_member: Annotated[bool, typer.Option("--main-member", help="As its main member.")] = False,
) -> None:
    """End a person's membership, and begin one in a household, be it the same one in the other capacity.

    A household has one main member at a time: whoever was it goes first.
    """
    if (to is None) is not leave:
        stop("Say either which household to join, with --to, or that they join none, with --leave.")
    if leave and main_member:
        stop("Whoever leaves and joins no household is no main member: leave out --main-member or --leave.")
    boot()
    from tarkka.people.actions import move_to_household, operator

    moment = _moment(at)
    with told_plainly():
        move_to_household(person_id, to, at=moment, is_main_member=main_member, acting=operator(acting))
    where = "no household" if to is None else f"household {to}" + (" as its main member" if main_member else "")
    typer.echo(f"From {moment:%Y-%m-%d %H:%M} on person {person_id} belongs to {where}.")


@card.command("open")
def open_(person_id: PersonId, number: CardNumber, acting: Acting, at: At = None) -> None:
    """Give a person a new card. A number is used once, also after its card is closed."""
    boot()
    from tarkka.people.actions import open_card, operator

    moment = _moment(at)
    with told_plainly():
        open_card(person_id, number, since=moment, acting=operator(acting))
    typer.echo(f"The card is open from {moment:%Y-%m-%d %H:%M} on.")


@card.command("close")
def close(person_id: PersonId, number: CardNumber, acting: Acting, at: At = None) -> None:
    """Close a person's card; purchases made before stay theirs."""
    boot()
    from tarkka.people.actions import close_card, operator

    moment = _moment(at)
    with told_plainly():
        if not close_card(person_id, number, at=moment, acting=operator(acting)):
            raise ValueError(f"person {person_id} has no such card open then")
    typer.echo(f"The card is closed from {moment:%Y-%m-%d %H:%M} on.")


@objection.command("make")
def make(person_id: PersonId, kind: Kind, place: Told, acting: Acting) -> None:
    """Put an objection in force, at once."""
    boot()
    from tarkka.people.actions import make_objection, operator

    with told_plainly():
        is_made = make_objection(person_id, kind, place=place, acting=operator(acting))
    typer.echo(f"Objection {kind} is in force." if is_made else f"Objection {kind} was in force already.")


@objection.command("withdraw")
def withdraw(person_id: PersonId, kind: Kind, place: Told, acting: Acting) -> None:
    """Withdraw an objection, at once."""
    boot()
    from tarkka.people.actions import operator, withdraw_objection

    with told_plainly():
        is_withdrawn = withdraw_objection(person_id, kind, place=place, acting=operator(acting))
    typer.echo(f"Objection {kind} is withdrawn." if is_withdrawn else f"Objection {kind} was not in force.")


@mandate.command("give")
def give(
    user_id: Annotated[str, typer.Argument(help="The personal user id of who is to act.")],
    role: Annotated[Role, typer.Option(help="The role, as the description names it.")],
    reason: Annotated[str, typer.Option(help="Why their task needs it.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days; it ends by itself.")],
    acting: Acting,
) -> None:
    """Let a member of staff act in a role for a time, once somebody else confirms it (R21)."""
    if role in (Role.AUTOMATIC, Role.CUSTOMER):
        stop(f"Not given: {role} is no role of a member of staff.")
    for name, text in (("USER_ID", user_id), ("--reason", reason)):
        if not text.strip() or "\0" in text:
            stop(f"Not given: {name} is blank.")
    boot(owner=True)
    from tarkka.access.actions import give_mandate

    with told_plainly():
        given = give_mandate(user_id, role, days=days, reason=reason, acting=acting, using="owner")
    typer.echo(
        f"Mandate {given}: {user_id} may act as {role} for {days} days, once somebody else confirms it: "
        f"`tarkka mandate confirm {given}`. The door opens once they have signed the confidentiality agreement."
    )


MandateId = Annotated[int, typer.Argument(min=1, max=MOST, help="The mandate's number: see `tarkka mandate list`.")]


@mandate.command("confirm")
def confirm(mandate_id: MandateId, acting: Acting) -> None:
    """Put a mandate in force that somebody else gave to somebody else."""
    boot(owner=True)
    from tarkka.access.actions import confirm_mandate

    with told_plainly():
        confirm_mandate(mandate_id, acting=acting, using="owner")
    typer.echo(f"Mandate {mandate_id} is in force.")


@mandate.command("end")
def end(
    mandate_id: MandateId,
    reason: Annotated[str, typer.Option(help="Why it ends before its time.")],
    acting: Acting,
) -> None:
    """End a mandate now, and the looks under way by it."""
    if not reason.strip() or "\0" in reason:
        stop("Not ended: --reason is blank.")
    boot(owner=True)
    from tarkka.access.actions import end_mandate

    with told_plainly():
        end_mandate(mandate_id, reason=reason, acting=acting, using="owner")
    typer.echo(f"Mandate {mandate_id} is ended.")


@mandate.command("list")
def list_() -> None:
    """List the mandates that have not ended: number, user, role, until when, by whom, and who signed the agreement."""
    boot(owner=True)
    from tarkka.access.actions import agreements_signed, current_mandates

    zone = _zone()
    signed = {user_id: number for user_id, number, _ in agreements_signed(using="owner")}
    for each in current_mandates(using="owner"):
        confirmed = f"confirmed by {each.confirmed_by}" if each.confirmed_by else "not confirmed yet"
        agreement = f"agreement {signed[each.user_id]} signed" if each.user_id in signed else "agreement not signed"
        until = f"until {_text(each.until, zone)}, given by {each.given_by}"
        typer.echo(f"{each.id}: {each.user_id}, {each.role}, {until}, {confirmed}, {agreement}")
