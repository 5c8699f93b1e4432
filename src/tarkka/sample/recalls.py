"""A recall for the demo: drafted, released and traced, so that a visitor sees it as whoever bought the product does."""

from datetime import date, timedelta

from tarkka.access.actions import agreements_signed, sign_agreement
from tarkka.description.queries import load_rulebook
from tarkka.recalls.actions import draft_recall, release_recall
from tarkka.recalls.drafts import draft_of
from tarkka.recalls.queries import Recall, Status, list_recalls, read_recall
from tarkka.recalls.tracing import trace_recall
from tarkka.sample.demo import recall_table
from tarkka.vocabulary import Language


def open_recall(today: date) -> None:
    """Draft, release and trace the demo's recall, whatever of it is missing; both officers sign the agreement first.

    Needs the demo's staff and purchases.
    """
    table = recall_table()
    author, other = table.pop("drafted_by"), table.pop("released_by")
    days = timedelta(days=table.pop("days"))
    agreement = load_rulebook().versions[-1].description.document.agreement.number
    for officer in (author, other):
        if agreement not in (number for _, number, _ in agreements_signed(officer)):
            sign_agreement(agreement, language=Language.FI, acting=officer)
    found = _drafted(str(table["reference"]), author)
    if found is None:
        draft = draft_of({**table, "from": today - days, "to": today}, "the demo's recall")
        found = read_recall(draft_recall(draft, acting=author), acting=author)
    if found.status is Status.DRAFTED:
        release_recall(found.id, draft_id=found.draft_id, acting=other)
        trace_recall(found.id)


def _drafted(reference: str, acting: str) -> Recall | None:
    return next((each for each in list_recalls(acting=acting) if each.draft.reference == reference), None)
