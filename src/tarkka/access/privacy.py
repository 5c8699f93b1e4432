"""What the trail, the tickets and the mandates say about people, column by column."""

from tarkka.vocabulary import Category, LeftOut, PersonalTable

PERSONAL = {
    "access_event": PersonalTable(
        "Every look at somebody and every refusal: when, who, in which role, for which purpose, at which level.",
        {
            "id": Category.KEY,
            "at": Category.TRAIL,
            "role": Category.TRAIL,
            "actor": Category.EMPLOYEE,
            "purpose": Category.TRAIL,
            "basis": Category.TRAIL,
            "subject_kind": Category.TRAIL,
            "subject_id": Category.KEY,
            "case_ref": Category.TRAIL,
            "level": Category.TRAIL,
            "version": Category.TRAIL,
            "refusal": Category.TRAIL,
            "is_own": Category.TRAIL,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="subject_id",
    ),
    "access_event_person": PersonalTable(
        "Who was in a look at a household or a group.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "event_id": Category.KEY,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="person_id",
    ),
    "access_ticket": PersonalTable(
        "The looks under way, one a connection at most, for minutes.",
        {
            "pid": Category.KEY,
            "hash": Category.KEY,
            "event_id": Category.KEY,
            "subject_kind": Category.TRAIL,
            "subject_id": Category.KEY,
            "period": Category.TRAIL,
            "member_id": Category.KEY,
            "purpose": Category.TRAIL,
            "level": Category.TRAIL,
            "lowered_by_a": Category.TRAIL,
            "lowered_by_b": Category.TRAIL,
            "xid": Category.KEY,
            "expires_at": Category.TRAIL,
        },
        whose="subject_id",
        left_out=dict.fromkeys(
            ("subject_kind", "period", "purpose", "level", "lowered_by_a", "lowered_by_b", "expires_at"),
            LeftOut.PASSING,
        ),
    ),
    "mandate": PersonalTable(
        "Which member of staff may act in which role, and whether the confidentiality agreement is signed.",
        {
            "id": Category.KEY,
            "actor": Category.EMPLOYEE,
            "role": Category.EMPLOYEE,
            "valid": Category.EMPLOYEE,
            "agreement_signed_on": Category.EMPLOYEE,
            "reason": Category.EMPLOYEE,
            "given_by": Category.EMPLOYEE,
        },
        whose="actor",
    ),
}

NOT_PERSONAL = {
    "intake_batch": "When which source brought receipts, so that the intake asks nothing without a trace.",
}
