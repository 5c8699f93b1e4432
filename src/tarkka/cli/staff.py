"""`tarkka staff`: the personal accounts of those who work with the register.

Opening, closing and inviting take the owner's rights. An account lets its holder sign in; what they may do then is what
`tarkka mandate` gives.
"""

from typing import Annotated

import typer

from tarkka.cli.boot import Acting, boot, stop
from tarkka.vocabulary import Language

app = typer.Typer(help="Personal accounts of staff.", no_args_is_help=True)

UserId = Annotated[str, typer.Argument(help="The person's own user id, which nobody else ever gets.")]


@app.command("open")
def open_(
    acting: Acting,
    user_id: UserId,
    name: Annotated[str, typer.Option(help="The person's name.")],
    email: Annotated[str, typer.Option(help="Their address at work.")],
    language: Annotated[Language, typer.Option(help="The language of their pages.")] = Language.FI,
    identity_code: Annotated[
        str,
        typer.Option(
            prompt="Personal identity code (empty to leave out)",
            hide_input=True,
            prompt_required=True,
            help="Kept as a keyed hash alone, so that supervision sees looks at one's own data. Asked for if absent.",
        ),
    ] = "",
) -> None:
    """Open an account, and print the code of an invitation: its holder sets their own password and second factor."""
    boot(owner=True)
    from tarkka.staff.actions import NotPossible, open_account

    try:
        open_account(user_id, name, email, language, identity_code=identity_code.strip() or None, acting=acting)
    except (NotPossible, ValueError) as error:
        stop(f"Not done: {error}.")
    _invite(user_id, acting)


@app.command("invite")
def invite(acting: Acting, user_id: UserId) -> None:
    """Print the code of a new invitation. Once it is used, its holder's earlier credentials are gone."""
    boot(owner=True)
    _invite(user_id, acting)


@app.command("close")
def close(acting: Acting, user_id: UserId) -> None:
    """Close an account for good: its holder is signed out everywhere, at once. Its user id is never given again."""
    boot(owner=True)
    from tarkka.staff.actions import NotPossible, close_account

    try:
        close_account(user_id, acting=acting)
    except NotPossible as error:
        stop(f"Not done: {error}.")
    typer.echo(f"{user_id}: closed")


@app.command("list")
def list_() -> None:
    """Print every account: user id, name, address, since when, and whether its holder has signed up or it is closed."""
    boot(owner=True)
    from tarkka.staff.queries import list_accounts

    for account in list_accounts():
        state = "open" if account.has_credentials else "no credentials yet"
        if account.closed_at:
            state = f"closed {account.closed_at:%Y-%m-%d}"
        typer.echo(f"{account.user_id}  {account.name}  {account.email}  {account.opened_at:%Y-%m-%d}  {state}")


def _invite(user_id: str, acting: str) -> None:
    from tarkka.staff.actions import INVITED_HOURS, NotPossible
    from tarkka.staff.actions import invite as make_invitation

    try:
        code = make_invitation(user_id, acting=acting)
    except NotPossible as error:
        stop(f"Not done: {error}.")
    typer.echo(f"{code}\nGive this code to {user_id} and nobody else, within {INVITED_HOURS} hours; it works once.")
    typer.echo("They enter it at /console/invitation/ of the site. It is not shown again.")
