"""`tarkka schema`: the JSON Schema of a receipt, for whoever writes a feed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tarkka.api.openapi import receipt_schema


def schema(to: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/receipt.schema.json")) -> None:
    """Write the JSON Schema of a receipt."""
    to.write_text(text())
    typer.echo(f"{to} written.")


def text() -> str:
    """Return the schema as the file has it."""
    return json.dumps(receipt_schema(), indent=2) + "\n"
