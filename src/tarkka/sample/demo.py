"""Whom a visitor of the demo can be, of the people and of the staff, and what is recalled in it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tarkka.vocabulary import Role


@dataclass(frozen=True, slots=True)
class DemoChoice:
    """One of the sample's people by key, as in people.ndjson; `why` is a text by language: what there is to see."""

    key: str
    why: dict[str, str]


@dataclass(frozen=True, slots=True)
class StaffChoice:
    """One of the staff; `why` is a text by language: what there is to try."""

    user_id: str
    name: str
    role: Role
    why: dict[str, str]


_OTHERS = ("recall", "staff")


def demo_choices() -> tuple[DemoChoice, ...]:
    """Return the people to choose from, the best first."""
    return tuple(DemoChoice(key, why) for key, why in _table().items() if key not in _OTHERS)


def staff_choices() -> tuple[StaffChoice, ...]:
    """Return the staff to choose from."""
    return tuple(
        StaffChoice(user_id, told["name"], Role(told["role"]), told["why"])
        for user_id, told in _table()["staff"].items()
    )


def recall_table() -> dict[str, Any]:
    """Return the demo's recall: a recall's table, who drafts and releases it, and on how many days it was sold."""
    return dict(_table()["recall"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "demo.toml").read_text(encoding="utf-8"))
