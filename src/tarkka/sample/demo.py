"""Whom a visitor of the demo can be: a handful of the sample's people with something to see."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoChoice:
    """One of the sample's people by key, as in people.ndjson; `why` is a text by language: what there is to see."""

    key: str
    why: dict[str, str]


@cache
def demo_choices() -> tuple[DemoChoice, ...]:
    """Return the people to choose from, the best first."""
    table = tomllib.loads((Path(__file__).parent / "demo.toml").read_text(encoding="utf-8"))
    return tuple(DemoChoice(key, why) for key, why in table.items())
