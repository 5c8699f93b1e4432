"""The guide tells every setting and every reason, and its example is right."""

import re
from pathlib import Path

import msgspec
import pytest

from brokers import key
from tarkka.sign_in import providers
from tarkka.sign_in.refusals import Reason

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "signing-in.md").read_text()


def names(head: str) -> set[str]:
    """Return what the first column of a table of the guide names."""
    rows = GUIDE.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_setting_is_told() -> None:
    assert names("setting") == {field.name for field in msgspec.structs.fields(providers._Table)}


def test_every_reason_is_told() -> None:
    assert names("reason") == set(Reason)


def test_example_is_right(tmp_path: Path) -> None:
    example = re.sub(r"^   ", "", GUIDE.partition("```toml\n")[2].partition("```")[0], flags=re.MULTILINE)
    (tmp_path / "sign-in.toml").write_text(example)
    for name in ("sign", "decrypt", "entity"):
        (tmp_path / f"{name}-2026.pem").write_bytes(key(f"our {name}").as_pem(private=True))
    (tmp_path / "broker-entity.pem").write_bytes(key("broker entity").as_pem(private=False))
    found = providers.load(tmp_path / "sign-in.toml", is_test=False)["customers"]
    assert found.redirect_uri.endswith("/sign-in/back/")


@pytest.mark.parametrize("told", ["TARKKA_SIGN_IN", "TARKKA_ADDRESS_HEADER"])
def test_what_the_environment_says_is_told_with_the_rest(told: str) -> None:
    running = (Path(__file__).parents[2] / "docs" / "guides" / "running.md").read_text()
    assert f"| `{told}` |" in running
