"""PDF/UA-1 (ISO 14289-1) by Typst: tagged, titled, in the reader's language, in our type and colours.

A template is a `.typ` file of some room that begins with `#import "/documents/paper.typ": *`. Data reaches it as data,
never as source, so that nothing that stands in a receipt can become an instruction; nothing is written to a disk.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import typst

_ROOT = str(files("tarkka"))
# Characters that our type is sure to have: tests/documents/test_pdf.py. A PDF/UA must not have one without a glyph.
_UNSURE = re.compile(
    r"[^\n -~\u00a0-\u017f\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u0400-\u045f\u2007\u2010-\u2015\u2018-\u201e\u2022"
    r"\u2026\u20ac\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265\ufffd]"
)


_PATIENCE = 120
"""Seconds that a long paper may take: a hundred times what ten years of purchases do."""


class LongPaperFailed(RuntimeError):
    """A paper could not be made: a fault of its template, or of the machine."""


@cache
def _fonts() -> typst.Fonts:
    # The compiler's own come after ours, and show what ours lack.
    return typst.Fonts(include_system_fonts=False, font_paths=[f"{_ROOT}/documents/fonts"])


def pdf(template: str, data: Mapping[str, object], language: str) -> bytes:
    """Return a PDF/UA-1 made by a template, such as `portal/documents/receipt.typ`, of plain JSON values.

    `language` is a code of `tarkka.vocabulary.Language`. A character that no font of ours has is shown as U+FFFD.
    Raises typst.TypstError if the template is wrong; its text may quote the data, so it must not be logged.
    """
    return _pdf(template, json.dumps(data, ensure_ascii=False), language)


def long_pdf(template: str, data: Mapping[str, object], language: str) -> bytes:
    """Return what `pdf` does, made by a process of its own.

    The compiler keeps its work on the last ten papers or so: hundreds of MB of one with thousands of lines, and what
    stands in it. The process has no environment, and so no keys. Raises LongPaperFailed, which quotes nothing.
    """
    command = [sys.executable, "-I", "-m", __name__, template, language]
    asked = json.dumps(data, ensure_ascii=False).encode()
    try:
        made = subprocess.run(command, input=asked, capture_output=True, env={}, timeout=_PATIENCE, check=True)  # noqa: S603  # our own program
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise LongPaperFailed("a paper was not made; try `pdf` with the same template and a little data") from None
    return made.stdout


def _pdf(template: str, data: str, language: str) -> bytes:
    try:
        return _compiled(template, data, language)
    except typst.TypstError:
        return _compiled(template, json.dumps(_shown(json.loads(data)), ensure_ascii=False), language)


def _compiled(template: str, data: str, language: str) -> bytes:
    return typst.compile(
        f"{_ROOT}/{template}",
        root=_ROOT,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data, "language": language},
        pdf_standards="ua-1",
    )


def _shown(value: object) -> object:
    if isinstance(value, str):
        return _UNSURE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {key: _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value


if __name__ == "__main__":
    sys.stdout.buffer.write(_pdf(sys.argv[1], sys.stdin.buffer.read().decode(), sys.argv[2]))
