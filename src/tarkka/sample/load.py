"""The sample into the register: outlets, groups and people by their actions, both years through the intake of any feed.

How far it has come stands in `sample.json` in `TARKKA_HOME`, so that a load that was stopped goes on where it was. The
feed files lie in the folder `sample` beside it while they are taken, and are removed.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from tarkka.database.keys import home
from tarkka.people.files import read_households
from tarkka.people.registering import NewHousehold, register_households
from tarkka.purchases.actions import register_groups, register_outlets, register_source
from tarkka.purchases.files import take_file
from tarkka.purchases.queries import source_id
from tarkka.sample.demo import demo_choices
from tarkka.sample.groups import product_groups
from tarkka.sample.people import household_facts, households, write_people
from tarkka.sample.receipts import WEEKS_TO_2016, ZONE, Sample, place_year, prepare, weeks_until, write_ndjson

SOURCE = "sample"
"""The name of the source that the sample's receipts come from."""

Told = Callable[[str, float], None]
"""Is told what is being done and which share of it is done, from 0 to 1."""


class RejectedSampleError(RuntimeError):
    """The intake rejected receipts of the sample: the program is wrong, or the register is not the sample's own."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Whom a visitor of the demo can be; `why` is a text by language: what there is to see."""

    person_id: int
    name: str
    why: dict[str, str]


def demo_people() -> list[DemoPerson]:
    """Return whom a visitor of the demo can be; nobody before the sample is loaded."""
    path = home() / "demo-people.json"
    return [DemoPerson(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def load_demo(today: date, told: Told = lambda _what, _share: None) -> None:
    """Load the sample: its year placed on 2016, and again so that it ends in the week before `today`.

    Does only what is still missing; a load once begun keeps the `today` that it began with. Needs the owner's rights
    and a published description. Raises SampleMissingError without the data set, and RejectedSampleError if the intake
    rejects anything.
    """
    progress = _Progress.read(today)
    if progress.missing:
        progress.complete()  # the day, before anything depends on it
        with _folder() as folder:
            files = _prepare(progress, folder, told)
            source = source_id(SOURCE)
            for name, file in files.items():
                report = take_file(file, source, told=partial(told, name)) if source else None
                if report is None or report.counts["rejected"]:
                    raise RejectedSampleError(f"the register does not take the sample: {name}")
                progress.complete(name)


def _prepare(progress: "_Progress", folder: Path, told: Told) -> dict[str, Path]:
    """Register what the receipts stand on, and write the feed file of each missing year.

    The mapping's memory is free again before the intake begins.
    """
    told("Mapping the sample", 0)
    sample = prepare()
    told("Mapping the sample", 0.7)
    people = folder / "people.ndjson"
    write_people(people, households(household_facts(sample.connection)))
    _register(sample)
    _register_people(people, told)
    files = {}
    for number, (name, weeks) in enumerate(progress.missing.items()):
        files[name] = folder / f"receipts-{number}.ndjson"
        place_year(sample, people, weeks)
        write_ndjson(sample.connection, files[name])
    sample.connection.close()
    told("Mapping the sample", 1)
    return files


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far the load has come: the day that it began on, and the years that are taken."""

    today: date
    taken: list[str]

    @classmethod
    def read(cls, today: date) -> "_Progress":
        """Return how far an earlier load came, or the beginning of one today."""
        if not _state_path().exists():
            return cls(today, [])
        state = json.loads(_state_path().read_text(encoding="utf-8"))
        return cls(date.fromisoformat(state["today"]), state["taken"])

    @property
    def missing(self) -> dict[str, int]:
        """The years that are not taken yet, and by how many weeks each is moved."""
        years = {"Purchases of 2016": WEEKS_TO_2016, "Purchases of the last twelve months": weeks_until(self.today)}
        return {name: weeks for name, weeks in years.items() if name not in self.taken}

    def complete(self, *names: str) -> None:
        """Write down that these years are taken."""
        self.taken.extend(names)
        _write(_state_path(), {"today": self.today.isoformat(), "taken": self.taken})


def _state_path() -> Path:
    return home() / "sample.json"


def _register(sample: Sample) -> None:
    register_outlets((outlet.code, outlet.name, outlet.chain) for outlet in sample.outlets)
    register_groups((group.code, group.name_fi, group.name_sv, group.name_en) for group in product_groups())
    if source_id(SOURCE) is None:
        register_source(SOURCE, chains=sorted({outlet.chain for outlet in sample.outlets}))


def _register_people(people: Path, told: Told) -> None:
    """Register who is not registered yet, and write down the ids of the people whom a visitor can be."""
    everyone = [household for household in read_households(people, ZONE) if isinstance(household, NewHousehold)]
    ids = register_households(everyone)
    told("People", 1)
    names = {p.key: f"{p.given_name} {p.family_name}" for household in everyone for p in household.persons}
    listed = [{"person_id": ids[choice.key], "name": names[choice.key], "why": choice.why} for choice in demo_choices()]
    _write(home() / "demo-people.json", listed)


def _write(path: Path, content: object) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = home() / "sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
