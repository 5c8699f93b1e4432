"""`tarkka demo`: the whole register on this machine, with real purchases of invented people."""

import getpass
import os
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import TaskID

from tarkka.cli import boot
from tarkka.cli.intake import progress_bar
from tarkka.cli.serve import refuse_taken, run_server
from tarkka.database.keys import home
from tarkka.vocabulary import Language, Role

DESCRIPTION = Path("descriptions/s_group.toml")
PROGRAM = Path("programs/s_group.toml")
INVENTED_IBAN = "FI2112345600000785"
"""The example of Finland's banks: nobody's account."""
PROGRAM = Path("programs/s_group.toml")
EFFECTIVE_ON = date(2016, 9, 1)
"""From this day on the reference description collects as it does today (R3)."""


def demo(
    port: Annotated[int, typer.Option(envvar="TARKKA_PORT", help="The port to listen on.")] = 8000,
    description: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The description to publish into an empty register.")
    ] = DESCRIPTION,
) -> None:
    """Set everything up where it is missing, load the sample, and serve until Ctrl-C.

    A second run goes on where the first stopped.
    """
    os.environ["TARKKA_DEMO"] = "1"
    refuse_taken("127.0.0.1", port)
    console = Console(soft_wrap=True, highlight=False)
    console.print("Starting the database …")
    boot.boot(owner=True)
    _refuse_real_register()
    _publish(description)
    _load_sample()
    _reckon_bonus()
    _give_mandate()
    _open_staff()
    _open_recall()
    console.print(f"\n[bold]Tarkka is at http://127.0.0.1:{port}[/bold]  (Ctrl-C stops everything)\n\nSign in as:")
    from tarkka.sample.load import demo_people

    for person in demo_people():
        console.print(f"  [bold]{person.name}[/bold] (person {person.person_id}): {person.why['en']}")
    console.print(f"\nStaff sign in at http://127.0.0.1:{port}/console/sign-in/demo/")
    run_server("127.0.0.1", port)


def _refuse_real_register() -> None:
    """Invented people do not belong among real ones: a register that no demo made is left alone."""
    from tarkka.description.queries import load_rulebook

    made_by_demo = home() / "demo"
    if load_rulebook("owner") and not made_by_demo.exists():
        boot.stop(
            "This register was not made by the demo: unset TARKKA_DATABASE_URL, or set TARKKA_HOME to a new folder."
        )
    made_by_demo.touch()


def _publish(description: Path) -> None:
    from tarkka.description.actions import publish
    from tarkka.description.queries import load_rulebook

    if not load_rulebook("owner"):
        publish(
            description.read_text(encoding="utf-8"),
            effective_on=EFFECTIVE_ON,
            acting=getpass.getuser(),
            file=description.name,
        )


def _load_sample() -> None:
    from tarkka.sample.load import load_demo

    with ExitStack() as stack:
        bar = progress_bar()
        tasks: dict[str, TaskID] = {}

        def told(what: str, share: float) -> None:
            if not tasks:
                stack.enter_context(bar)
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=1)
            bar.update(tasks[what], completed=share)

        load_demo(date.today(), told)  # noqa: DTZ011  # the day of the person at the keyboard


def _reckon_bonus() -> None:
    """Publish the reference program, close the months of the sample, and pay one of them out to somebody's account."""
    from tarkka.bonus.account import give_account
    from tarkka.bonus.actions import publish
    from tarkka.bonus.closing import close
    from tarkka.bonus.payout import pay_out
    from tarkka.bonus.queries import programs, this_month
    from tarkka.people.actions import customer
    from tarkka.sample.load import demo_people
    from tarkka.vocabulary import months_later

    if not programs():
        publish(PROGRAM.read_text(encoding="utf-8"), acting=getpass.getuser(), file=PROGRAM.name)
        list(close(acting=getpass.getuser()))
        payee = demo_people()[0].person_id
        give_account(payee, INVENTED_IBAN, acting=customer(payee))
        pay_out(months_later(this_month(), -2), from_iban=INVENTED_IBAN, acting=getpass.getuser())


def _close_months() -> None:
    """Publish the bonus program if there is none, and close every month that has ended and is not closed."""
    from tarkka.bonus.actions import publish
    from tarkka.bonus.closing import close
    from tarkka.bonus.queries import programs

    if not programs("owner"):
        publish(PROGRAM.read_text(encoding="utf-8"), acting=getpass.getuser(), file=PROGRAM.name)
    with progress_bar() as bar:
        task = bar.add_task("Bonus of the months", total=None)
        for _ in close(acting=getpass.getuser(), told=lambda done, of: bar.update(task, completed=done, total=of)):
            pass


def _give_mandate() -> None:
    """The person at the keyboard may try the operator's commands in the demo; the door would refuse them otherwise."""
    from tarkka.access.actions import confirm_mandate, give_mandate, sign_agreement
    from tarkka.description.queries import load_rulebook

    user, role = getpass.getuser(), Role.REGISTER_ADMINISTRATOR
    given = give_mandate(user, role, days=1, reason="trying the demo", acting="tarkka demo", using="owner")
    confirm_mandate(given, acting="tarkka demo, again", using="owner")
    agreement = load_rulebook().versions[-1].description.document.agreement
    sign_agreement(agreement.number, language=Language.EN, acting=user)


def _open_recall() -> None:
    from tarkka.sample.recalls import open_recall

    open_recall(date.today())  # noqa: DTZ011  # the day of the person at the keyboard


def _open_staff() -> None:
    from tarkka.sample.staff import open_staff

    open_staff()
