"""The installation's keys: made once, for their owner alone, never changed, and missed loudly."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tarkka.database.keys import USES, NoKeys, home, key, keys_path, make_keys


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Where the keys of an installation of this test's own lie."""
    monkeypatch.setenv("TARKKA_KEYS", str(tmp_path / "safe" / "keys"))
    return tmp_path / "safe" / "keys"


read = key.__wrapped__  # past the cache of the suite's own keys


def test_keys_are_made_for_their_owner_alone(path):
    make_keys()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_each_use_has_a_key_of_its_own(path):
    make_keys()
    found = [read(use) for use in USES]
    assert [len(each) for each in found] == [32] * len(USES)
    assert len(set(found)) == len(USES)


def test_two_installations_have_no_key_in_common(path):
    make_keys()
    first = json.loads(path.read_text())
    path.unlink()
    make_keys()
    assert not set(first.values()) & set(json.loads(path.read_text()).values())


def test_keys_are_never_changed(path):
    path.parent.mkdir()
    path.write_text("whatever it is")
    make_keys()
    assert path.read_text() == "whatever it is"


def test_all_who_make_keys_at_once_have_the_same(path):
    def make_and_read(_):
        make_keys()
        return path.read_text()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make_and_read, range(32)))) == 1


def test_process_that_died_while_it_made_keys_leaves_nothing_in_the_way(path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_keys()
    assert not path.exists()
    monkeypatch.undo()
    monkeypatch.setenv("TARKKA_KEYS", str(path))
    make_keys()
    assert read("session")


def test_missing_keys_are_told_with_the_remedy(path):
    with pytest.raises(NoKeys, match=f"There are no keys at {path}: set TARKKA_KEYS to where"):
        read("session")


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"session": 1}', '{"session": "not hex"}'])
def test_file_that_holds_no_keys_is_told(path, content):
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(NoKeys, match=f"{path} does not hold Tarkka's keys"):
        read("session")


def test_keys_lie_in_the_home_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("TARKKA_KEYS", raising=False)
    monkeypatch.setenv("TARKKA_HOME", str(tmp_path))
    assert keys_path() == tmp_path / "keys.json"


def test_home_is_var_in_the_working_folder_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("TARKKA_HOME")
    monkeypatch.chdir(tmp_path)
    assert home() == tmp_path / "var"
    monkeypatch.setenv("TARKKA_HOME", "elsewhere")
    assert home() == tmp_path / "elsewhere"
