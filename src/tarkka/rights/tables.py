"""Which tables an extract has, how each is read and which columns it tells; and why the other columns are left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.resources import files

from django.apps import apps

from tarkka.rights import rows
from tarkka.vocabulary import LeftOut, PersonalTable

_Told = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the extract, by the name that it has there.

    `of` is the table of the register that its rows come from, `told_as` the name of each column that is told under
    another one. The statement, `sql/extract/<name>.sql`, selects the row's fields in order; row-level security leaves
    the subject's rows.
    """

    name: str
    row: type[rows.Row]
    of: str
    told_as: _Told = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """The SQL that reads it."""
        return files("tarkka.rights").joinpath("sql", "extract", f"{self.name}.sql").read_text()

    def told(self) -> dict[str, tuple[str, ...]]:
        """Return the fields by which each column is told."""
        named = {column for fields in self.told_as.values() for column in fields}
        own = {name: (name,) for name in self.row.__struct_fields__ if name not in named}
        return own | dict(self.told_as)


_AMOUNT: _Told = {"amount_cents": ("amount",)}
_RECEIPT: _Told = {
    "source_receipt_id": ("receipt_number",),
    "outlet_id": ("outlet", "chain"),
    "household_id": ("household",),
    "source_id": ("source",),
    "total_cents": ("total",),
    "bonus_eligible_cents": ("bonus_eligible",),
    "card_benefit_cents": ("card_benefit",),
}
_SUM: _Told = {"receipt_id": ("receipt",), "group_code": ("group", "group_name"), **_AMOUNT}
_LINE: _Told = {
    "receipt_id": ("receipt",),
    "product_id": ("name", "gtin", "product_code", "group", "group_name"),
    **_AMOUNT,
}
_HELD: _Told = {"hold": ("held_for",), "hold_id": ("held_for_number",), "held_at": ("held_since",)}

TABLES = (
    Table("person", rows.Person, "person", {"identity_sealed": ("identity_code",)}),
    Table(
        "memberships",
        rows.Membership,
        "membership",
        {"household_id": ("household",), "valid": ("started_at", "ended_at")},
    ),
    Table("cards", rows.Card, "card", {"valid": ("opened_at", "closed_at")}),
    Table("contacts", rows.Contact, "contact"),
    Table("objections", rows.Objection, "objection"),
    Table("wishes", rows.Wish, "wish"),
    Table("sent_receipts", rows.SentReceipt, "sent_receipt", {"receipt_id": ("receipt",)}),
    Table("payout_accounts", rows.PayoutAccount, "payout_account", {"iban_sealed": ("iban",)}),
    Table(
        "payouts",
        rows.Payout,
        "payout",
        {
            "id": ("id", "returned_at"),
            "household_id": ("household",),
            "iban_sealed": ("iban",),
            "run_id": ("month", "paid_at"),
            **_AMOUNT,
        },
    ),
    Table("restrictions", rows.Restriction, "restriction", {"valid": ("started_at", "ended_at")}),
    Table("level_caps", rows.LevelCap, "level_cap", {"valid": ("started_at", "ended_at")}),
    Table("receipts", rows.Receipt, "receipt", _RECEIPT),
    Table("receipt_groups", rows.ReceiptGroup, "receipt_group", _SUM),
    Table("receipt_lines", rows.ReceiptLine, "receipt_line", _LINE),
    Table("held_receipts", rows.HeldReceipt, "held_receipt", {**_RECEIPT, **_HELD}),
    Table("held_receipt_groups", rows.HeldReceiptGroup, "held_receipt_group", {**_SUM, **_HELD}),
    Table("held_receipt_lines", rows.HeldReceiptLine, "held_receipt_line", {**_LINE, **_HELD}),
    Table("recalls", rows.Recall, "recall_person", {"recall_id": ("recall", "product"), "receipt_id": ("receipt",)}),
    Table("recall_notices", rows.RecallNotice, "recall_notice", {"recall_id": ("recall",)}),
    Table("recalls_read", rows.RecallRead, "recall_acknowledgement", {"recall_id": ("recall",)}),
    Table("looks", rows.Look, "access_event", {"subject_kind": ("subject",), "case_ref": ("case",)}),
    Table("cases", rows.Case, "service_case"),
    Table("glass_notices", rows.GlassNotice, "glass_notice", {"case_id": ("case",)}),
    Table("acts", rows.Act, "staff_act", {"event_id": ("look",)}),
    Table("extracts", rows.MadeExtract, "register_extract"),
    Table("requests", rows.Request, "request"),
    Table("breaches", rows.Breach, "breach_person", {"breach_id": ("breach", "told")}),
    Table(
        "erasures",
        rows.Erased,
        "erased",
        {
            "request_id": ("request",),
            "bonus_before_cents": ("bonus_eligible_before",),
            "bonus_after_cents": ("bonus_eligible_after",),
        },
    ),
)


@cache
def labels() -> dict[str, PersonalTable]:
    """Return the labels of every room's personal tables: each installed room has them in its `privacy.py`."""
    rooms = [config.name for config in apps.get_app_configs() if config.name.startswith("tarkka.")]
    return {
        name: table
        for room in rooms
        if files(room).joinpath("privacy.py").is_file()
        for name, table in import_module(f"{room}.privacy").PERSONAL.items()
    }


@dataclass(frozen=True, slots=True)
class NotTold:
    """The columns of one table of the register that are in no extract for the same reason; None: nobody decided."""

    table: str
    columns: tuple[str, ...]
    why: LeftOut | None


def not_told() -> Iterator[NotTold]:
    """Yield what the extract does not tell of the personal tables, and why, in the order of the tables' names."""
    told = {(table.of, column) for table in TABLES for column in table.told()}
    for name, table in sorted(labels().items()):
        columns = [column for column in table.columns if (name, column) not in told]
        reasons = {column: table.why_left_out(column) for column in columns}
        for why in dict.fromkeys(reasons.values()):
            yield NotTold(name, tuple(column for column in columns if reasons[column] is why), why)
