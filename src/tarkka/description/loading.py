"""From a file to a valid `Description`."""

from pathlib import Path

from tarkka.description.checks import problems_of
from tarkka.description.errors import DescriptionInvalid
from tarkka.description.reading import read_document, read_source
from tarkka.description.value import Description


def load(path: Path | str) -> Description:
    """Return the description in a TOML file. Raises DescriptionInvalid with every problem that was found."""
    return parse(read_source(Path(path)), str(path))


def parse(source: str, file: str = "description") -> Description:
    """Return the description in a text, named `file` in errors. Raises DescriptionInvalid with every problem found."""
    document, sound, problems = read_document(source, file)
    problems += problems_of(document, sound)
    if problems:
        raise DescriptionInvalid(file, problems)
    return Description(document)
