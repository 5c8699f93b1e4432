"""Who of the staff may act: mandates given by one and confirmed by another, and the agreement signed (R21, R22).

The rules stand in `sql/staff.sql`; whoever may not do what is asked gets NotAllowed with the code of the reason.
"""

from dataclasses import dataclass
from datetime import datetime

from tarkka.access.calling import call
from tarkka.vocabulary import Language, Role


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate that was given and has not ended. It lets nobody in before somebody else confirmed it.

    `since` and `until` are aware (UTC).
    """

    id: int
    user_id: str
    role: Role
    since: datetime
    until: datetime
    reason: str
    given_by: str
    confirmed_by: str | None


def give_mandate(user_id: str, role: Role, *, days: int, reason: str, acting: str, using: str = "default") -> int:
    """Let a member of staff act in a role from now on, for some days, once somebody else confirms it; return its id.

    Raises NotAllowed if `acting` may not give mandates, or gives one to themselves. With `using="owner"`, as whoever
    runs the machine, anybody may give one.
    """
    return int(
        call("SELECT access.give_mandate(%s, %s, %s, %s, %s)", [user_id, role, days, reason, acting], using=using)[0][0]
    )


def confirm_mandate(mandate_id: int, *, acting: str, using: str = "default") -> None:
    """Put a mandate in force. Raises NotAllowed if `acting` gave it or would get it; ValueError if it was confirmed."""
    call("SELECT access.confirm_mandate(%s, %s)", [mandate_id, acting], using=using)


def end_mandate(mandate_id: int, *, reason: str, acting: str, using: str = "default") -> None:
    """End a mandate now, and the looks under way by it. Raises NotAllowed; ValueError if it had ended."""
    call("SELECT access.end_mandate(%s, %s, %s)", [mandate_id, reason, acting], using=using)


def current_mandates(user_id: str | None = None, *, using: str = "default") -> list[Mandate]:
    """Return the mandates that have not ended, of one member of staff or of all. Staff's own data."""
    rows = call(
        """
        SELECT id, actor, role, lower(valid), upper(valid), reason, given_by, confirmed_by FROM access.mandates(%s)
        """,
        [user_id],
        using=using,
    )
    return [Mandate(row[0], row[1], Role(row[2]), *row[3:]) for row in rows]


def sign_agreement(number: int, *, language: Language, acting: str) -> None:
    """Sign the confidentiality agreement of that number, as it was read in a language (R21).

    Raises NotAllowed if it is not the one of the description in force.
    """
    call("SELECT access.sign_agreement(%s, %s, %s)", [number, language, acting])


def agreements_signed(user_id: str | None = None, *, using: str = "default") -> list[tuple[str, int, datetime]]:
    """Return who signed which text when (aware), in that order."""
    return call("SELECT * FROM access.agreements_signed(%s)", [user_id], using=using)


def why_shut(user_id: str, role: Role) -> str | None:
    """Return why the door is shut to a member of staff in a role, `no_mandate` or `no_agreement`; None if it is not."""
    reason: str | None = call("SELECT access.refusal_of_staff(%s, %s)", [user_id, role])[0][0]
    return reason
