"""Papers: tagged PDF in a language, whose data is never source."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from tarkka.documents import pdf as papers
from tarkka.documents.pdf import pdf
from tarkka.vocabulary import Language

TEMPLATE = """#import "/documents/paper.typ": *
#show: paper.with(title: data.title)
#title()
#mark(3) #data.text
"""


@pytest.fixture(autouse=True)
def _template(tmp_path, monkeypatch):
    """A template beside the real paper and tokens."""
    package = Path(papers._ROOT)
    shutil.copytree(package / "documents", tmp_path / "documents")
    shutil.copytree(package / "site/static", tmp_path / "site/static")
    (tmp_path / "paper.typ").write_text(TEMPLATE)
    monkeypatch.setattr(papers, "_ROOT", str(tmp_path))


def paper(text: str, language: Language = Language.FI) -> PdfReader:
    return PdfReader(io.BytesIO(pdf("paper.typ", {"title": "Kuitti", "text": text}, language)))


@pytest.mark.parametrize("language", list(Language))
def test_a_paper_is_tagged_and_titled_in_its_language(language):
    file = paper("Maito", language)
    root = file.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert file.metadata.title == "Kuitti"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert {font.get("/BaseFont", "")[8:] for font in file.pages[0]["/Resources"]["/Font"].values()} == {
        "Inter-Regular", "Inter-SemiBold",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', "#strong[x] $x^2$ `raw`", "*a* _b_ @c <d> = e \\ // f", '"]) #panic()']
)
def test_data_is_never_source(text):
    assert text in paper(text).pages[0].extract_text()


@pytest.mark.parametrize("text", ["漢字", "😀", "\x07", "\x00", "\uffff", "e\u0301\U0001f600"])
def test_what_no_font_shows_is_replaced_and_the_rest_stays(text):
    shown = paper(f"Maito {text} 1 l").pages[0].extract_text()
    assert re.search("Maito [e�]+ 1 l", shown)


def test_every_character_that_is_kept_for_sure_has_a_glyph():
    every = "".join(map(chr, range(1, 0x10000)))
    kept = papers._UNSURE.sub("", every)
    assert len(kept) > 400
    papers._compiled("paper.typ", json.dumps({"title": "Kuitti", "text": kept}), "fi")
