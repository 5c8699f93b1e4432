"""`tarkka bonus payout` and `returned`: paying what is owed for a month, as files for the bank, and what comes back."""

from datetime import date, datetime
from typing import Annotated

import typer

from tarkka.cli.boot import Acting, boot, stop
from tarkka.cli.intake import progress_bar
from tarkka.cli.people import told_plainly
from tarkka.vocabulary import decimal_text


def payout(
    month: Annotated[str, typer.Option(help="The month, for instance 2017-03. It must be closed.")],
    from_iban: Annotated[
        str, typer.Option("--from", envvar="TARKKA_PAYER_IBAN", help="The account (IBAN) that is paid from.")
    ],
    acting: Acting,
) -> None:
    """Pay what is owed to households, and write the order for the bank into `outbox` in TARKKA_HOME (pain.001.001.09).

    Whoever gave no account waits. May be stopped at any moment and run again: a month is paid out once, and running it
    again writes those files again, from the account of the first time.
    """
    boot()
    from tarkka.bonus.account import WrongAccount, checked_iban
    from tarkka.bonus.payout import pay_out

    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007  # a month has no time zone
    except ValueError:
        stop(f"{month} is no month: write it as {date(2017, 3, 1):%Y-%m}.", 2)
    try:
        payer = checked_iban(from_iban)
    except WrongAccount:
        stop("The account that is paid from is no IBAN within SEPA: see --from.", 2)
    with told_plainly(), progress_bar() as bar:
        task = bar.add_task("payments", total=None)
        paid = pay_out(
            first, from_iban=payer, acting=acting, told=lambda done, of: bar.update(task, completed=done, total=of)
        )
    typer.echo(f"{month}: {paid.payouts} households paid {decimal_text(paid.paid_cents)} in all.")
    for file in paid.files:
        typer.echo(str(file))
    if paid.without_account:
        typer.echo(f"{paid.without_account} households wait for an account.")
    for household in paid.unpayable:
        typer.echo(f"Household {household} waits: its payee's name has no letter that a bank takes.", err=True)
    for household in paid.unreadable:
        typer.echo(
            f"Household {household} waits: its payee's account cannot be decrypted. They must give it again.", err=True
        )


def returned(
    reference: Annotated[
        str, typer.Option(help="The payment's reference on the bank's statement, such as BONUS-2017-03-17.")
    ],
    acting: Acting,
) -> None:
    """Take in that the bank sent a payment back: it is owed to its household again, and paid with the next payout."""
    boot()
    from tarkka.bonus.payout import take_back

    with told_plainly():
        cents = take_back(reference, acting=acting)
    typer.echo(f"{reference}: {decimal_text(cents)} is owed to the household again.")
