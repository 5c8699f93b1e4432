"""What the PDF of an extract says of the purchases.

What is the same for most receipts is told once, under a mark: a paper of ten years is then shorter by a third.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext

from tarkka.rights import rows
from tarkka.rights.phrases import SEPARATOR, Phrases, table
from tarkka.wording.words import CHANNEL, PAYMENT_METHOD, UNIT

_AMOUNT = 7
"""Characters of the column of amounts: `−999,99`. Longer ones are told all the same."""


def purchases(tables: Mapping[str, list[Any]], say: Phrases) -> dict[str, object]:
    """Return the receipts of an extract's tables by year and month, and what marks stand for."""
    writer = _Writer(tables, say)
    years = writer.years()
    head = [gettext("extract.mark"), gettext("extract.means")]
    return {
        "title": gettext("extract.purchases"),
        "marks": table(gettext("extract.marks"), head, writer.marks()),
        "years": years,
    }


class _Writer:
    def __init__(self, tables: Mapping[str, list[Any]], say: Phrases) -> None:
        self._tables = tables
        self._say = say
        self._marks: dict[tuple[Any, ...], int] = {}

    def years(self) -> list[dict[str, object]]:
        """Return the receipts by year and month, each with its lines and the sums of its groups."""
        lines = _by_receipt(self._tables["receipt_lines"])
        groups = _by_receipt(self._tables["receipt_groups"])
        return [
            {
                "title": str(year),
                "months": [
                    {
                        "title": month,
                        "receipts": [
                            self._receipt(each, lines.get(each.id, ()), groups.get(each.id, ())) for each in some
                        ],
                    }
                    for month, some in groupby(receipts, key=lambda receipt: self._say.month(receipt.purchased_at))
                ],
            }
            for year, receipts in groupby(self._tables["receipts"], key=lambda receipt: receipt.purchased_at.year)
        ]

    def marks(self) -> list[list[str]]:
        """Return what the marks of `years` stand for."""
        return [[f"{number}", SEPARATOR.join(self._meaning(*same))] for same, number in self._marks.items()]

    def _receipt(
        self, receipt: rows.Receipt, lines: Iterable[rows.ReceiptLine], groups: Iterable[rows.ReceiptGroup]
    ) -> dict[str, object]:
        head = [self._say.moment(receipt.purchased_at), receipt.outlet]
        if receipt.kind == "return":
            head.append(gettext("receipt.return"))
        return {
            "head": SEPARATOR.join(head),
            "total": self._say.money(receipt.total, receipt.currency),
            "notes": "\n".join(filter(None, [SEPARATOR.join(self._notes(receipt)), self._groups(groups)])),
            "lines": "\n".join(map(self._line, lines)),
        }

    def _groups(self, groups: Iterable[rows.ReceiptGroup]) -> str:
        return "; ".join(f"{each.group_name or each.group} {self._say.amount(each.amount)}" for each in groups)

    def _notes(self, receipt: rows.Receipt) -> Iterator[str]:
        yield gettext("extract.receipt %(number)s") % {"number": receipt.receipt_number}
        yield f"{gettext('extract.id')} {receipt.id}"
        for each in receipt.payments:
            if each.amount != receipt.total:
                yield f"{self._say.word(each.method, PAYMENT_METHOD)} {self._say.money(each.amount, receipt.currency)}"
        if receipt.bonus_eligible != receipt.total:
            yield f"{gettext('receipt.bonus_eligible')} {self._say.money(receipt.bonus_eligible, receipt.currency)}"
        if receipt.card_benefit:
            yield f"{gettext('receipt.card_benefit')} {self._say.money(receipt.card_benefit, receipt.currency)}"
        if receipt.refers_to is not None:
            of = self._say.moment(receipt.refers_to_at) if receipt.refers_to_at else ""
            yield gettext("extract.refers_to %(id)s %(moment)s") % {"id": receipt.refers_to, "moment": of}
        yield gettext("extract.mark %(number)s") % {"number": self._mark(receipt)}

    def _mark(self, receipt: rows.Receipt) -> int:
        same = (
            receipt.chain, receipt.channel, receipt.level, receipt.version, receipt.household, receipt.source,
            tuple(each.method for each in receipt.payments if each.amount == receipt.total),
            receipt.bonus_eligible == receipt.total,
        )  # fmt: skip
        return self._marks.setdefault(same, len(self._marks) + 1)

    def _meaning(
        self, chain: str, channel: str, level: str, version: int, household: int, source: str | None,
        methods: tuple[str, ...], is_bonus_whole: bool,
    ) -> Iterator[str]:  # fmt: skip
        yield self._say.chain(chain)
        yield self._say.word(channel, CHANNEL)
        yield self._say.level(level)
        yield self._say.version(version)
        yield f"{gettext('extract.household')} {household}"
        if source:
            yield gettext("extract.source %(name)s") % {"name": source}
        for method in methods:
            yield self._say.word(method, PAYMENT_METHOD)
        if is_bonus_whole:
            yield gettext("extract.bonus_whole")

    def _line(self, line: rows.ReceiptLine) -> str:
        # In a column, since a figure space is as wide as a digit.
        amount = self._say.amount(line.amount).rjust(_AMOUNT, "\N{FIGURE SPACE}")
        parts = [f"{amount}  {line.name}", f"{self._say.number(line.quantity)} {self._say.word(line.unit, UNIT)}"]
        parts += [code for code in (line.gtin, line.product_code) if code]
        if line.lot:
            parts.append(gettext("extract.lot %(lot)s") % {"lot": line.lot})
        if line.vat_rate is not None:
            parts.append(self._say.vat(line.vat_rate))
        return SEPARATOR.join(parts)


def _by_receipt(found: Iterable[Any]) -> dict[int, list[Any]]:
    parts: dict[int, list[Any]] = {}
    for each in found:
        parts.setdefault(each.receipt, []).append(each)
    return parts
