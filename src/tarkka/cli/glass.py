"""`tarkka glass`: telling people by e-mail that the glass was broken."""

from typing import Annotated

import typer

from tarkka.cli.boot import boot, stop
from tarkka.cli.receipts import NO_MAIL_SERVER

app = typer.Typer(help="Emergency access to a customer's data, of which the customer is told.", no_args_is_help=True)


@app.callback()
def glass() -> None:
    """Keep the command under its name: an application of one command would swallow it."""


@app.command("tell")
def tell(
    once: Annotated[bool, typer.Option("--once", help="Tell whoever is to be told now, and end.")] = False,
) -> None:
    """Tell people by e-mail that the glass was broken, all the time until Ctrl-C: what `tarkka serve` does by itself.

    With --once, exits with 1 if the mail server did not take a mail, which is sent the next time.
    """
    boot()
    from django.conf import settings

    from tarkka.post.mail import MailServerFailed
    from tarkka.services.glass import Teller, keep_telling

    if not settings.EMAIL_HOST:
        stop(NO_MAIL_SERVER)
    if not once:
        keep_telling()
    try:
        told, left = Teller().tell()
    except MailServerFailed as error:
        stop(f"The mail server failed ({error}). Run this again when it works.", 1)
    typer.echo(f"Told: {told}.")
    if left:
        stop(f"Could not be told this time: {left}. They are tried again in the next run.", 1)
