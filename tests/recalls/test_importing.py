"""Published notices become drafts by GTIN, each by itself: a bad row never loses the good ones beside it."""

from pathlib import Path
from typing import Any

import pytest

from recalling import an_officer

GATE = "Alert number;Product;Name;Brand;Type / number of model;Batch number;Barcode;Risk level;Risk type;Description\n"
RASFF = (
    "reference,category,type,subject,date,notifying_country,classification,risk_decision,distribution,"
    "forAttention,forFollowUp,operator,origin,hazards,gtin,lot\n"
)
SERIOUS = "A12/00001/24;Toy;Duck;Quack;D-1;B1, B2;{gtin};Serious risk;Choking;The eyes come loose.\n"


def imported(path: Path, acting: str | None = None) -> list[Any]:
    from tarkka.recalls.importing import import_notices

    return list(import_notices(path, acting=acting or an_officer()))


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "notices.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture(autouse=True)
def none_before(database: str) -> None:
    """Numbers of notices are unique: no test finds another's."""
    from building import administrator

    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE recall SET reference = NULL")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_notice_of_safety_gate_becomes_a_draft(file: Any, encoding: str) -> None:
    from tarkka.recalls.drafts import RecallKind, Words
    from tarkka.recalls.queries import Status, read_recall
    from tarkka.vocabulary import Language

    officer = an_officer()
    [row] = imported(file(GATE + SERIOUS.format(gtin="6408430000135|73513537"), encoding), officer)
    assert (row.number, row.reference, row.status) == (2, "A12/00001/24", "drafted")
    recall = read_recall(row.recall_id, acting=officer)
    assert (recall.status, recall.drafted_by) == (Status.DRAFTED, officer)
    draft = recall.draft
    assert (draft.kind, draft.is_dangerous, draft.reference) == (RecallKind.PRODUCT, True, "A12/00001/24")
    assert draft.gtins == ("06408430000135", "00000073513537")
    assert draft.lots == ("B1", "B2")
    expected = Words(product="Quack. Duck. Toy. D-1", hazard="Choking. The eyes come loose")
    assert draft.words[Language.EN] == expected


def test_notice_of_rasff_becomes_a_draft_of_food(file: Any) -> None:
    from tarkka.recalls.drafts import RecallKind
    from tarkka.recalls.queries import read_recall

    text = RASFF + (
        '2024.1234,milk and milk products,food,"Listeria in cheese, from France",05-03-2024,Finland,alert,serious,'
        "Finland,,,,France,Listeria monocytogenes,6408430000135,L 47\n"
    )
    officer = an_officer()
    [row] = imported(file(text), officer)
    draft = read_recall(row.recall_id, acting=officer).draft
    assert (draft.kind, draft.lots, draft.reference) == (RecallKind.FOOD, ("L47",), "2024.1234")


def test_bad_rows_hold_up_no_other_and_say_what_is_wrong(file: Any) -> None:
    text = GATE + "".join(
        [
            "A12/1/24;Toy;Duck;Quack;;;6408430000136;Serious risk;Choking;x\n",
            "A12/2/24;Toy;Duck;Quack;;;;Serious risk;Choking;x\n",
            ";Toy;Duck;Quack;;;6408430000135;Serious risk;Choking;x\n",
            "A12/3/24;Toy;Duck;Quack;;;6408430000135;Low risk;Choking;x\n",
            "A12/4/24;Toy;Duck;Quack;;;6408430000135;Serious risk;Choking;A voluntary recall.\n",
            "A12/5/24;short\n",
            "\n",
            '"A12/6/24";"To\ny";Duck;"Qu""ack";;;"6408430000135\n73513537";Serious risk;Choking;x\n',
            SERIOUS.format(gtin="64084300\x0000135"),
            SERIOUS.format(gtin="6408430000135"),
        ]
    )
    found = [(row.reference, row.status.value, [each.place for each in row.problems]) for row in imported(file(text))]
    assert found == [
        ("A12/1/24", "not_drafted", ["gtins[1]"]),
        ("A12/2/24", "not_drafted", ["barcode"]),
        ("", "not_drafted", ["alert number"]),
        ("A12/3/24", "not_drafted", ["dangerous"]),
        ("A12/4/24", "not_drafted", ["en.hazard"]),
        ("A12/5/24", "not_drafted", ["barcode"]),
        ("A12/6/24", "drafted", []),
        ("A12/00001/24", "drafted", []),
        ("A12/00001/24", "known", []),
    ]


def test_same_file_again_drafts_nothing_new(file: Any) -> None:
    path = file(GATE + SERIOUS.format(gtin="6408430000135"))
    assert [row.status for row in imported(path)] == ["drafted"]
    assert [row.status for row in imported(path)] == ["known"]


@pytest.mark.parametrize("text", ["", "a;b;c\n1;2;3\n", "reference,subject\n1,2\n", "\x00\x01"])
def test_file_of_another_kind_is_refused_whole(file: Any, text: str) -> None:
    from tarkka.recalls.drafts import DraftInvalid

    with pytest.raises(DraftInvalid, match=r"there are no columns"):
        imported(file(text))


def test_nobody_imports_without_a_mandate(file: Any) -> None:
    from tarkka.access import NotAllowed

    with pytest.raises(NotAllowed):
        imported(file(GATE + SERIOUS.format(gtin="6408430000135")), "nobody")
