"""The settings of signing in: what is wrong is told where it stands and what to do, before anybody signs in."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from joserfc.jwk import ECKey, RSAKey

from brokers import key, write_settings
from tarkka.sign_in.providers import LEVELS, WrongSettings, load

REDIRECT = "https://own.example/sign-in/back/"
ISSUER = "https://broker.example"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write settings of production, as changed."""
    return lambda **changes: write_settings(tmp_path, ISSUER, REDIRECT, **{"levels": None} | changes)


def test_settings_of_production_are_read(written: Any) -> None:
    provider = load(written(), is_test=False)["customers"]
    assert provider.levels == LEVELS
    assert provider.pkce
    assert provider.signing_keys[0].kid == key("our sign").thumbprint()
    assert provider.entity_keys[0].kid == "broker entity-key"
    assert not provider.entity_keys[0].is_private


def test_no_file_is_no_provider(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", is_test=False) == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_id": None}, "missing required field `client_id`"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"pkce": "yes"}, "Expected `bool`, got `str`"),
        ({"issuer": "http://broker.example"}, "customers.issuer: is no https address"),
        ({"token_endpoint": "broker.example/token"}, "customers.token_endpoint: is no https address"),
        ({"redirect_uri": "http://127.0.0.1/"}, "customers.redirect_uri: is no https address"),
        ({"service_name": "x" * 41}, "customers.service_name: has 41 characters; banks show 1 to 40"),
        ({"service_name": ""}, "customers.service_name: has 0 characters"),
        ({"scope": "profile"}, "customers.scope: lacks openid"),
        ({"levels": []}, "customers.levels: is empty"),
        ({"levels": ["http://ftn.ficora.fi/2017/loatest2"]}, "is for the demo alone"),
        ({"timeout_seconds": 0}, "customers.timeout_seconds: is 0"),
        ({"signing_keys": []}, "customers.signing_keys: is empty"),
        ({"signing_keys": ["none.pem"]}, "none.pem cannot be read (No such file or directory)"),
        ({"signing_keys": ["decrypt.pem"]}, "one key is named twice"),
        ({"own_entity_key": "sign.pem"}, "one key is named twice"),
        ({"signing_keys": ["broker.jwk"]}, "is a public key; ours are private"),
        ({"entity_keys": ["small.pem"]}, "has 1024 bits; 2048 is the least"),
        ({"encryption_keys": ["ec.pem"]}, "holds no RSA key"),
        ({"encryption_keys": ["nonsense.jwk"]}, "holds no RSA key"),
    ],
)
def test_what_is_wrong_is_told(written: Any, tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.warns(match="2048"):
        (tmp_path / "small.pem").write_bytes(RSAKey.generate_key(1024).as_pem(private=False))
    (tmp_path / "ec.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    (tmp_path / "nonsense.jwk").write_text(json.dumps({"keys": [{"kty": "RSA", "n": 1}]}))
    path = written(**changes)
    with pytest.raises(WrongSettings) as error:
        load(path, is_test=False)
    assert str(error.value).startswith(str(path))
    assert told in str(error.value)


def test_everything_that_is_wrong_is_told_at_once(written: Any) -> None:
    with pytest.raises(WrongSettings) as error:
        load(written(issuer="x", scope="y", signing_keys=[]), is_test=False)
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize("text", ["customers", "[customers", "customers = 1"])
def test_file_that_is_no_toml_of_providers_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sign-in.toml"
    path.write_text(text)
    with pytest.raises(WrongSettings, match=r"sign-in\.toml"):
        load(path, is_test=False)


def test_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="cannot be read"):
        load(tmp_path, is_test=False)


def test_tests_may_do_without_tls_on_this_machine_alone(tmp_path: Path) -> None:
    local = write_settings(tmp_path, "http://127.0.0.1:1", "http://localhost/back/")
    assert load(local, is_test=True)["customers"].is_test
    with pytest.raises(WrongSettings):
        load(write_settings(tmp_path, "http://192.0.2.1", "http://localhost/back/"), is_test=True)


def test_each_face_may_have_a_provider_of_its_own(written: Any) -> None:
    path = written()
    path.write_text(path.read_text() + path.read_text().replace("[customers]", "[staff]"))
    assert load(path, is_test=False).keys() == {"customers", "staff"}


def test_program_does_not_start_with_wrong_settings(site: str, tmp_path: Path, capsys: Any) -> None:
    import typer

    from tarkka.cli.serve import run_server

    path = write_settings(tmp_path, "http://127.0.0.1:1", "http://localhost/back/", service_name="x" * 41)
    with override_settings(TARKKA_SIGN_IN=path), pytest.raises(typer.Exit):
        run_server("127.0.0.1", 0)
    assert "customers.service_name: has 41 characters" in capsys.readouterr().err
