"""`tarkka receipts`: sending receipts to those who wished for them by e-mail."""

import typer

from tarkka.cli.boot import boot, stop
from tarkka.cli.intake import progress_bar

NO_MAIL_SERVER = "There is no mail server: set TARKKA_MAIL_URL, for instance smtp://mail.example.org:25."
app = typer.Typer(help="Receipts sent by e-mail to whoever wished for them.", no_args_is_help=True)


@app.command("send")
def send() -> None:
    """Send the receipts that are due, each once. May be stopped at any moment and run again, and by several at once.

    Exits with 1 if the mail server failed: what it did not take is sent the next time.
    """
    boot()
    from django.conf import settings

    from tarkka.access import Refused
    from tarkka.post.mail import MailServerFailed, NotTaken, mail_server
    from tarkka.services.receipts import due_receipts, send_receipt

    if not settings.EMAIL_HOST:
        stop(NO_MAIL_SERVER)
    sent = left = 0
    try:
        with mail_server() as mail, progress_bar() as bar:
            task = bar.add_task("receipts", total=None)
            for person_id, receipt_id in due_receipts():
                try:
                    sent += send_receipt(person_id, receipt_id, mail)
                except NotTaken:
                    left += 1
                bar.update(task, advance=1)
    except Refused as refused:
        stop(f"The door stayed shut: {refused.reason} (access event {refused.event_id}).", 1)
    except MailServerFailed as error:
        stop(f"The mail server failed ({error}). Sent before that: {sent}. Run this again when it works.", 1)
    typer.echo(f"Receipts sent: {sent}.")
    if left:
        stop(f"Not taken by the mail server this time: {left}. They are tried again in the next run.", 1)
