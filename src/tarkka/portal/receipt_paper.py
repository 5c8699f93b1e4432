"""A receipt on paper: what the template `portal/documents/receipt.typ` is told, in the reader's language."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from tarkka.description.schema import Document
from tarkka.portal.why import Why
from tarkka.purchases.queries import ReceiptDetail
from tarkka.vocabulary import Language
from tarkka.web.templatetags.receipts import quantity
from tarkka.wording import formats
from tarkka.wording.language import reader_language
from tarkka.wording.words import LEVEL, PAYMENT_METHOD

TEMPLATE = "portal/documents/receipt.typ"


def paper_of(detail: ReceiptDetail, because: Why, document: Document) -> dict[str, object]:
    """Return the data of a receipt's paper: texts alone, money and days written as the reader's language writes them.

    `document` is the register description, which tells whose register it is.
    """
    language = reader_language()
    receipt = detail.receipt

    def money(amount_cents: int) -> str:
        return formats.money(amount_cents, receipt.currency, language)

    def amount(amount_cents: int) -> str:
        return formats.amount(amount_cents, language)

    bought_at = timezone.localtime(receipt.purchased_at)
    moment = {"day": formats.day(bought_at, language), "time": formats.clock(bought_at, language)}
    facts = [gettext("time.at %(day)s %(time)s") % moment]
    if receipt.receipt_number:
        facts.append(f"{gettext('receipt.number')} {receipt.receipt_number}")
    if receipt.channel == "web":
        facts.append(gettext("receipt.web"))
    if receipt.kind == "return":
        facts.append(gettext("receipt.return"))
    sums = [
        [gettext(PAYMENT_METHOD[method]) if method in PAYMENT_METHOD else method, money(paid)]
        for method, paid in receipt.payments
    ]
    if receipt.card_benefit_cents:
        sums.append([gettext("receipt.card_benefit"), money(receipt.card_benefit_cents)])
    sums.append([gettext("receipt.bonus_eligible"), money(receipt.bonus_eligible_cents)])
    table: dict[str, Any] = {"head": [], "rows": []}
    symbol = formats.currency_symbol(receipt.currency, language)
    if detail.lines:
        table["head"] = [gettext("receipt.product"), gettext("receipt.quantity"), symbol]
        table["rows"] = [
            [_product(line.name, line.lot), quantity(line), amount(line.amount_cents)] for line in detail.lines
        ]
    elif detail.groups:
        table["head"] = [gettext("receipt.group"), "", symbol]
        table["rows"] = [[group.name(language), "", amount(group.amount_cents)] for group in detail.groups]
    return {
        "title": f"{receipt.outlet_name} {moment['day']}",
        "outlet": receipt.outlet_name,
        "facts": facts,
        "level": int(receipt.level),
        "level_word": gettext(LEVEL[receipt.level]),
        **table,
        "total": [gettext("receipt.total"), money(receipt.total_cents)],
        "sums": sums,
        **_vat(detail, language),
        "returns": _returns(detail, language),
        "stored": because.stored,
        "why": " ".join([because.meaning, *because.reasons]),
        "version": because.version,
        "register": " · ".join(
            each.written_in(language) for each in (document.register.name, document.controller.name)
        ),
        "demo": f"{gettext('demo.title')}. {gettext('demo.text')}" if settings.TARKKA_DEMO else "",
    }


def _product(name: str, lot: str | None) -> str:
    return f"{name}, {gettext('receipt.lot')} {lot}" if lot else name


def _vat(detail: ReceiptDetail, language: Language) -> dict[str, object]:
    vat = detail.vat
    if vat is None:
        return {"vat": [], "vat_untold": ""}
    head = ["receipt.vat.rate", "receipt.vat.net", "receipt.vat", "receipt.vat.gross"]
    rows = [
        [formats.rate(each.rate, language)]
        + [formats.amount(cents, language) for cents in (each.net_cents, each.vat_cents, each.gross_cents)]
        for each in vat.sums
    ]
    untold = gettext("receipt.vat.untold %(lines)s") % {"lines": formats.number(vat.untold, language)}
    return {"vat": [[gettext(word) for word in head], *rows], "vat_untold": untold if vat.untold else ""}


def _returns(detail: ReceiptDetail, language: Language) -> str:
    if detail.refers_to:
        return gettext("receipt.sale.text")
    told = [
        f"{formats.day(timezone.localtime(each.purchased_at), language)}"
        f" {formats.money(each.total_cents, each.currency, language)}"
        for each in detail.returns
    ]
    return f"{gettext('receipt.returns')}: {', '.join(told)}" if told else ""
