"""The folder of what is to be handed over as files: letters for the printing house, payments for the bank.

A file is written beside its name first, sure to be on the disk, and gets its name when what it tells of is committed.
"""

from pathlib import Path

from tarkka.database.keys import home


def outbox() -> Path:
    """Return the folder, made if it is missing: for its owner alone."""
    folder = home() / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
