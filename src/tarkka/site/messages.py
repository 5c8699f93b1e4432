"""The message catalogues: compiled without system tools, and checked whole.

`python -m tarkka.site.messages` compiles; with `--check` it also proves that every message that pages and code use is
written in each language, that none is left over, and that no page has text of its own.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

from tarkka.vocabulary import Language

ROOT = Path(__file__).parents[1]
LOCALE = Path(__file__).parent / "locale"
BRAND = "Tarkka"

_CALLS = dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "msgid"))
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_READ_ALOUD = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "content",
    "label",
    "placeholder",
    "title",
}
_SETTINGS = {"htmx-config", "viewport"}
"""Names of `<meta>` whose content is read by the browser alone."""


def compile_catalogues(locale: Path = LOCALE) -> None:
    """Write each catalogue's `.mo` beside it, where it is missing or older."""
    for po in _catalogues(locale):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            part = mo.with_suffix(".part")
            with part.open("wb") as file:
                write_mo(file, _read(po))
            part.rename(mo)


def problems(root: Path = ROOT, locale: Path = LOCALE) -> list[str]:
    """Return what is wrong with the messages of the pages and the code under `root`: each as `file: what`."""
    used = used_messages(root)
    found = []
    for template in _templates(root):
        texts = own_text(template.read_text(encoding="utf-8"))
        found += [f"{template.relative_to(root)}: {problem}" for problem in texts]
    for po in _catalogues(locale):
        found += [f"{po.relative_to(locale)}: {problem}" for problem in catalogue_problems(_read(po), used)]
    return found


def used_messages(root: Path = ROOT) -> set[str]:
    """Return the ids that templates and Python files use."""
    sources = [_template_as_python(path) for path in _templates(root)]
    sources += [path.read_bytes() for path in sorted(root.rglob("*.py"))]
    return {
        message
        for source in sources
        for _, message, _, _ in extract("python", io.BytesIO(source), _CALLS)
        if isinstance(message, str)
    }


def catalogue_problems(catalogue: Catalog, used: set[str]) -> Iterator[str]:
    """Yield what a catalogue lacks, has too much, or says with other placeholders than its id."""
    written = {str(message.id): message for message in catalogue if message.id}
    for msgid in sorted(used - written.keys()):
        yield f"{msgid!r} is missing"
    for msgid in sorted(written.keys() - used):
        yield f"{msgid!r} is used nowhere"
    for msgid in sorted(written.keys() & used):
        message = written[msgid]
        if message.fuzzy or not str(message.string).strip():
            yield f"{msgid!r} is not translated"
        elif set(_PLACEHOLDER.findall(msgid)) != set(_PLACEHOLDER.findall(str(message.string))):
            yield f"{msgid!r} has other placeholders than its translation"
    for obsolete in catalogue.obsolete:
        yield f"{obsolete!r} is obsolete: delete it"


def own_text(template: str) -> list[str]:
    """Return what a template says outside the catalogues, and the styles and scripts that the content policy blocks."""
    reader = _OwnText()
    reader.feed(_without_tags(template))
    reader.close()
    return reader.found


class _OwnText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.found.append(f"<{tag}> in a page")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{name}= in a page")
            spoken = name in _READ_ALOUD and not (tag == "meta" and dict(attrs).get("name") in _SETTINGS)
            if spoken or (name == "value" and tag == "input"):
                self._judge(value or "")

    def handle_data(self, data: str) -> None:
        self._judge(data)

    def _judge(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text.replace(BRAND, "")):
            self.found.append(f"text outside the catalogues: {' '.join(text.split())!r}")


def _without_tags(template: str) -> str:
    kept, in_message = [], False
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.BLOCK:
            is_end = token.contents.startswith(("endblocktranslate", "endcomment"))
            in_message = token.contents.startswith(("blocktranslate", "comment")) or (in_message and not is_end)
        elif token.token_type == TokenType.TEXT and not in_message:
            kept.append(token.contents)
    return "".join(kept)


def _template_as_python(path: Path) -> bytes:
    # In parentheses indentation means nothing, so what Django leaves of the page cannot be a syntax error.
    return f"(\n{templatize(path.read_text(encoding='utf-8'))}\n)".encode()


def _templates(root: Path) -> list[Path]:
    files = (path for folder in root.rglob("templates") for path in folder.rglob("*"))
    return sorted(path for path in files if path.suffix in (".html", ".svg", ".txt"))


def _catalogues(locale: Path) -> list[Path]:
    return [locale / language.value / "LC_MESSAGES" / "django.po" for language in Language]


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, abort_invalid=True)


def main(arguments: list[str] | None = None) -> int:
    """Compile, and with `--check` check. Return 1 if something is wrong."""
    parser = argparse.ArgumentParser("python -m tarkka.site.messages", description="Compile the message catalogues.")
    parser.add_argument("--check", action="store_true", help="also check that they are complete")
    chosen = parser.parse_args(arguments)
    compile_catalogues()
    found = problems() if chosen.check else []
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
