"""Searching all that an installation keeps for a word: every table, every file of its folder, the server's log too."""

import mmap
import os
from pathlib import Path

from building import administrator


def tables_with(word: str) -> list[str]:
    """Return the tables, views and the like that have the word in any column of any row, the server's own included."""
    found = []
    with administrator() as connection:
        names = connection.execute(
            """
            SELECT c.oid::regclass::text FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'm') OR (c.relkind = 'v' AND c.relnamespace::regnamespace::text
                  NOT IN ('information_schema', 'pg_catalog'))
            """
        ).fetchall()
        for (name,) in names:
            row = connection.execute(
                f"SELECT count(*) FROM {name} r WHERE position(%s IN lower(r::text)) > 0", [word.lower()]
            ).fetchone()
            if row is not None and row[0]:
                found.append(name)
        others = "SELECT FROM pg_stat_activity a WHERE pid <> pg_backend_pid() AND position(%s IN lower(a::text)) > 0"
        if connection.execute(others, [word.lower()]).fetchone() is not None:
            found.append("pg_stat_activity")
    return found


def files_with(word: str, *folders: Path) -> list[str]:
    """Return the files of the folders that have the word, after the server has written out all that it holds."""
    with administrator() as connection:
        connection.execute("CHECKPOINT")
    return [
        str(path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _has(path, word.encode())
    ]


def home() -> Path:
    """Return the installation's folder."""
    return Path(os.environ["TARKKA_HOME"])


def _has(path: Path, word: bytes) -> bool:
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(word) >= 0
