"""What the tables of services say about people, column by column."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "sent_receipt": PersonalTable(
        "Which receipts were sent to a person by e-mail, when, and whether their mail server refused it for good.",
        {
            "person_id": Category.KEY,
            "receipt_id": Category.KEY,
            "sent_at": Category.CONTACT,
            "is_refused": Category.CONTACT,
        },
        whose="person_id",
    ),
    "glass_notice": PersonalTable(
        "Of which emergency accesses a person was told by e-mail, when, and whether their mail server refused it.",
        {
            "case_id": Category.TRAIL,
            "person_id": Category.KEY,
            "sent_at": Category.TRAIL,
            "is_refused": Category.CONTACT,
        },
        whose="person_id",
    ),
}

NOT_PERSONAL: dict[str, str] = {}
