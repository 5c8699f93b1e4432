"""`tarkka record`: the record of processing activities (GDPR 30(1)), made from the description."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tarkka.cli.waysout import REFERENCE
from tarkka.description.loading import load
from tarkka.description.value import Description
from tarkka.vocabulary import Language

_TITLE = """\
# Record of processing activities

`tarkka record` makes this page from the reference description, and a test compares it. The console shows the one of the
description in force."""


def record(
    description: Annotated[Path, typer.Argument(metavar="[FILE]", help="A description file.")] = REFERENCE,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/record-of-processing.md"),
) -> None:
    """Write the record of processing activities that GDPR article 30(1) demands, in every language."""
    to.write_text(text(load(description)), encoding="utf-8")
    typer.echo(f"{to} written.")


def text(description: Description) -> str:
    """Return the record as Markdown, in each language in turn."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tarkka.site.settings")
    import django

    django.setup()
    from tarkka.rights.record import as_markdown

    return (
        "\n\n".join([_TITLE, *(as_markdown(description.document, language).rstrip() for language in Language)]) + "\n"
    )
