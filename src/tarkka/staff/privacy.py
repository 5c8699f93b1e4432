"""What the tables of staff accounts say about people, column by column: about those who work here, and no customer."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "staff_account": PersonalTable(
        "Who works with the register: their own account, since when, by whom it was opened and closed.",
        dict.fromkeys(
            (
                "user_id",
                "name",
                "email",
                "language",
                "identity_hash",
                "opened_at",
                "opened_by",
                "closed_at",
                "closed_by",
            ),
            Category.EMPLOYEE,
        ),
        whose="user_id",
    ),
    "staff_code_app": PersonalTable(
        "The secret that a member of staff shares with their authenticator app, encrypted.",
        dict.fromkeys(("user_id", "secret_sealed", "added_at"), Category.EMPLOYEE),
        whose="user_id",
    ),
    "staff_invitation": PersonalTable(
        "Invitations to set new credentials, by a hash of their code.",
        {"hash": Category.KEY}
        | dict.fromkeys(("user_id", "made_at", "made_by", "expires_at", "ended_at"), Category.EMPLOYEE),
        whose="user_id",
    ),
    "staff_password": PersonalTable(
        "The password of a member of staff, as a hash that costs much to guess at.",
        dict.fromkeys(("user_id", "hash", "set_at", "guesses"), Category.EMPLOYEE),
        whose="user_id",
    ),
    "staff_security_key": PersonalTable(
        "The security keys and passkeys of a member of staff: their public halves.",
        {"credential_id": Category.KEY}
        | dict.fromkeys(("user_id", "public_key", "sign_count", "name", "added_at", "used_at"), Category.EMPLOYEE),
        whose="user_id",
    ),
}

NOT_PERSONAL: dict[str, str] = {}

WITHOUT_POLICIES = dict.fromkeys(
    PERSONAL, "It is read before anybody is known, to sign staff in, and tells nothing of a customer."
)
"""Tables that are read outside the door, and why they may be."""
