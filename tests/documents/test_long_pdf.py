"""A long paper is made by a process of its own, so that nothing of it stays in the server's memory."""

import io
import subprocess

import psutil
import pytest
from pypdf import PdfReader

from tarkka.documents import pdf as papers
from tarkka.documents.pdf import LongPaperFailed, long_pdf, pdf

TEMPLATE = "rights/extract.typ"


def a_paper(lines: int) -> dict:
    receipt = {"head": "Prisma", "total": "1,00 €", "notes": "kuitti", "lines": "\n".join(["1,00 Maito 漢"] * lines)}
    marks = {"title": "Merkinnät", "head": ["a", "b"], "rows": [], "text": ""}
    months = [{"title": "Tammikuu 2024", "receipts": [receipt]}]
    purchases = {"title": "Ostot", "marks": marks, "years": [{"title": "2024", "months": months}]}
    return {
        "title": "Ote", "letter": None, "register": "R", "lead": "x", "empty": "-", "sections": [], "after": [],
        "purchases": purchases,
    }  # fmt: skip


def text(paper: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_a_long_paper_is_the_same_as_a_short_one():
    assert text(long_pdf(TEMPLATE, a_paper(3), "fi")) == text(pdf(TEMPLATE, a_paper(3), "fi"))


def test_nothing_of_a_long_paper_stays_in_memory():
    long_pdf(TEMPLATE, a_paper(10), "fi")
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in range(3):
        long_pdf(TEMPLATE, a_paper(3000), "fi")
    assert process.memory_info().rss - before < 50 * 2**20


def test_a_long_paper_that_fails_quotes_nothing():
    with pytest.raises(LongPaperFailed) as failed:
        long_pdf(TEMPLATE, {"title": "personal"}, "fi")
    assert "personal" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_the_process_has_no_environment(monkeypatch):
    asked = {}

    def run(command, **options):
        asked.update(options)
        return subprocess.CompletedProcess(command, 0, b"%PDF", b"")

    monkeypatch.setattr(papers.subprocess, "run", run)
    assert long_pdf(TEMPLATE, {}, "fi") == b"%PDF"
    assert asked["env"] == {}
