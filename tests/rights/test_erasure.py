"""What the law lets be erased is erased, the finer levels first; what earned Bonus stays to the cent (GDPR 17)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from acting import an_operator
from building import a_household, a_receipt, a_source, administrator, outlet_of, take, take_three_levels
from looking import own_look, rows
from recalling import a_recall, end_all, found_for
from recalling import an_officer as a_recall_officer
from requesting import a_request, an_officer
from tarkka.access import NotAllowed, household, opened
from tarkka.people.actions import look
from tarkka.vocabulary import Level, Objection, Place, Purpose, RequestKind, Role

OF_PERSON = (
    "card", "contact", "erased", "level_cap", "membership", "objection", "register_extract", "request", "restriction",
    "sent_receipt", "wish",
)  # fmt: skip
RECENT = "2024-03-05T12:30:00+02:00"


@pytest.fixture
def home(database):
    """A household of two, both with three receipts: one each of TOTAL, GROUP and PRODUCT."""
    end_all()
    home, source = a_household(2), a_source()
    for card in home.cards:
        take_three_levels(source, card)
        take(source, [a_receipt(card=card, outlet=outlet_of("restaurants"), purchased_at=RECENT)])
    return home


def bonus(home) -> int:
    with opened(role=Role.AUTOMATIC, actor="test", purpose=Purpose.BONUS, subject=household(home.id)):
        since = "purchased_at >= now() - interval '5 years'"
        [(cents,)] = rows(f"SELECT sum(bonus_eligible_cents) FROM receipt WHERE {since}")
    return cents


def own(person: int) -> dict[str, int]:
    tables = ("receipt", "receipt_group", "receipt_line", "contact", "wish", "sent_receipt", "card", "membership")
    with own_look(person):
        return {table: rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def erasable(person: int, officer) -> set:
    from tarkka.rights.upheld import read_erasable

    with look(person, officer):
        return set(read_erasable())


def test_it_shows_beforehand_what_goes_and_what_stays(home):
    person, officer = home.persons[0], an_officer()
    before = own(person)
    found = erasable(person, officer)
    assert {(each.what, each.stays) for each in found} == {
        ("receipt_line", False), ("receipt_group", False), ("receipt", False), ("contact", False),
        ("receipt", True), ("membership", True), ("card", True),
    }  # fmt: skip
    assert sum(each.found for each in found if each.what == "receipt") == before["receipt"]
    assert own(person) == before


def test_finer_levels_go_and_totals_stay_with_the_bonus_that_they_earned(upheld, home):
    (person, mate), officer = home.persons, an_officer()
    before, mates, told = bonus(home), own(mate), erasable(person, officer)
    made = upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=officer)
    found = own(person)
    stays = next(each.found for each in told if each.what == "receipt" and each.stays)
    assert stays > 0
    assert found == {
        "receipt": stays, "receipt_group": 0, "receipt_line": 0, "contact": 0, "wish": 0, "sent_receipt": 0,
        "card": 1, "membership": 1,
    }  # fmt: skip
    assert bonus(home) == before
    assert own(mate) == mates
    with own_look(person):
        assert {level for (level,) in rows("SELECT level::text FROM receipt")} == {"TOTAL"}
        [(number, counts, was, is_)] = rows("SELECT id, counts, bonus_before_cents, bonus_after_cents FROM erased")
        assert ("data_erased",) in rows("SELECT act FROM staff_act")
    assert (number, was) == (made, is_)
    assert counts == ", ".join(sorted(f"{each.what}: {each.found}" for each in told if not each.stays))


def test_a_receipt_that_was_erased_does_not_come_back_when_it_is_sent_again(upheld, home):
    person, source = home.persons[0], a_source()
    receipt = a_receipt(card=home.cards[0])
    assert take(source, [receipt])[0].level is Level.PRODUCT
    upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=an_officer())
    assert take(source, [receipt])[0].status == "duplicate"
    assert own(person)["receipt_line"] == 0


def test_purchases_after_it_are_collected_as_before(upheld, home):
    person, source = home.persons[0], a_source()
    upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=an_officer())
    [verdict] = take(source, [a_receipt(card=home.cards[0])])
    assert verdict.level is Level.PRODUCT


def test_the_same_again_takes_nothing_and_breaks_nothing(upheld, home):
    person, officer = home.persons[0], an_officer()
    request = a_request(person, RequestKind.ERASURE)
    upheld.erase(person, request, acting=officer)
    upheld.erase(person, request, acting=officer)
    with own_look(person):
        assert rows("SELECT counts FROM erased ORDER BY id")[1] == ("",)


def test_it_takes_the_officer_and_an_open_request_of_that_person(upheld, home):
    person, mate = home.persons
    request, mates = a_request(person, RequestKind.ERASURE), a_request(mate, RequestKind.ERASURE)
    before = own(person)
    for act in (upheld.erase, upheld.erase_person):
        for acting, of in ((an_operator(), request), (an_officer(), mates)):
            with pytest.raises(NotAllowed):
                act(person, of, acting=acting)
    assert own(person) == before


def test_nobody_is_erased_of_whom_something_must_stay(upheld, home):
    person = home.persons[0]
    before = own(person)
    with pytest.raises(NotAllowed, match="must_stay"):
        upheld.erase_person(person, a_request(person, RequestKind.ERASURE), acting=an_officer())
    assert own(person) == before


def gone(person: int) -> int:
    """Erase a person whose membership and card have ended and whose receipts need not be kept any more."""
    from tarkka.rights.upheld import erase_person

    officer, request = an_officer(), a_request(person, RequestKind.ERASURE)
    with administrator() as admin:
        for table in ("card", "membership"):
            admin.execute(
                f"UPDATE {table} SET valid = tstzrange(lower(valid), now() - interval '1 hour') WHERE person_id = %s",
                [person],
            )
        admin.execute("DELETE FROM receipt WHERE purchaser_id = %s AND purchased_at > '2016-01-01'", [person])
    assert not any(each.stays for each in erasable(person, officer))
    return erase_person(person, request, acting=officer)


def test_a_person_of_whom_nothing_must_stay_is_erased_everywhere(home):
    person, mate = home.persons[1], home.persons[0]
    mates = own(mate)
    number = gone(person)
    with administrator() as admin:
        for table in OF_PERSON:
            [(found,)] = admin.execute(f"SELECT count(*) FROM {table} WHERE person_id = %s", [person])
            assert (table, found) == (table, 0)
        for query in (
            "SELECT FROM person WHERE id = %s",
            "SELECT FROM receipt WHERE purchaser_id = %s",
            "SELECT FROM receipt_key WHERE purchaser_id = %s",
            "SELECT FROM receipt_group WHERE purchaser_id = %s",
            "SELECT FROM receipt_line WHERE purchaser_id = %s",
            "SELECT FROM access_event WHERE subject_kind = 'person' AND subject_id = %s",
            "SELECT FROM access_event WHERE role = 'customer' AND actor = %s::text",
            "SELECT FROM access_event_person WHERE person_id = %s",
            "SELECT FROM service_case WHERE person_id = %s",
            "SELECT FROM staff_act WHERE person_id = %s",
            "SELECT FROM breach_person WHERE person_id = %s",
            "SELECT FROM register_change WHERE person_id = %s",
        ):
            assert admin.execute(query, [person]).fetchall() == [], query
        assert admin.execute("SELECT count(*) FROM erasure WHERE id = %s", [number]).fetchall() == [(1,)]
        [(kept,)] = admin.execute("SELECT count(*) FROM erased WHERE person_id IS NULL AND request_id > 0")
    assert kept >= 1
    assert own(mate) == mates


def test_payee_who_is_erased_is_told_by_no_payout_and_what_was_paid_stays(home):
    person = home.persons[1]
    with administrator() as admin:
        [(payout,)] = admin.execute(
            "WITH run AS (INSERT INTO payout_run (month, at, payer_name, payer_iban, payouts, paid_cents,"
            " without_account, digest, acting)"
            " VALUES ('1899-01-01', '1899-02-01', 'P', 'FI2112345600000785', 1, 5, 0, sha256(''), 'test') RETURNING id)"
            " INSERT INTO payout (run_id, household_id, person_id, iban_sealed, iban_digest, amount_cents)"
            " SELECT id, %s, %s, sha256('a'), sha256(sha256('a')), 5 FROM run RETURNING id",
            [home.id, person],
        )
    gone(person)
    with administrator() as admin:
        of_payout = "SELECT person_id, iban_sealed, amount_cents FROM payout WHERE id = %s"
        assert admin.execute(of_payout, [payout]).fetchall() == [(None, None, 5)]


def test_erasing_somebody_with_choices_and_requests_leaves_the_trail_whole(upheld, home):
    from tarkka.people.actions import customer, make_objection, withdraw_objection
    from tarkka.trail.sealing import seal, signer
    from tarkka.trail.verifying import verify

    person, officer = home.persons[1], an_officer()
    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    withdraw_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=officer)
    with administrator() as admin:
        admin.execute("INSERT INTO breach (found_at, recorded_by) VALUES (now(), 'officer')")
        admin.execute("INSERT INTO breach_person (breach_id, person_id) SELECT max(id), %s FROM breach", [person])
    seal()
    number = gone(person)
    with administrator() as admin:
        emptied = dict(
            admin.execute(
                "SELECT kind, count(*) FROM trail_erased WHERE erasure_id = %s GROUP BY 1", [number]
            ).fetchall()
        )
        findings = verify(admin, signer().verifier).findings
    assert (emptied["breach_person"], emptied["erased"], emptied["register_change"]) == (1, 2, 3)
    assert findings == []


def test_whoever_was_erased_is_signed_in_no_more(home, site):
    import browsing

    person = home.persons[1]
    client = browsing.signed_in(person)
    assert client.get("/card/").status_code == 200
    gone(person)
    assert client.get("/card/").status_code == 302


def test_totals_older_than_they_must_be_kept_go_too(upheld, home):
    person = home.persons[0]
    upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=an_officer())
    years_ago = datetime.now(UTC) - timedelta(days=365 * 7 + 95)
    with own_look(person):
        assert rows("SELECT FROM receipt WHERE purchased_at < %s", years_ago) == []
        assert rows("SELECT count(*) > 0 FROM receipt") == [(True,)]


def left(person: int) -> dict[str, int]:
    with own_look(person):
        held = {table: rows(f"SELECT count(*) FROM held_{table}")[0][0] for table in ("receipt_line", "receipt_group")}
        return held | {"contact": rows("SELECT count(*) FROM contact")[0][0]}


def tell(recall: int, person: int) -> None:
    """Tell a person of a recall by e-mail, as the worker does."""
    with administrator() as admin:
        admin.execute(
            "INSERT INTO recall_notice (recall_id, person_id, channel, state, told_at)"
            " VALUES (%s, %s, 'email', 'told', now())",
            [recall, person],
        )


@pytest.mark.parametrize("traced_first", [True, False])
def test_whom_a_running_recall_is_still_to_tell_keeps_contacts_and_what_it_reads_until_told(upheld, home, traced_first):
    from tarkka.recalls.tracing import trace_recall

    (person, mate), officer = home.persons, an_officer()
    recall, request = a_recall(), a_request(home.persons[0], RequestKind.ERASURE)
    if traced_first:
        trace_recall(recall)
    told = {(each.what, each.stays): each.found for each in erasable(person, officer)}
    assert (told["receipt_line", True], told["contact", True]) == (1, 1)
    assert ("contact", False) not in told
    upheld.erase(person, request, acting=officer)
    found = own(person)
    assert (found["receipt_line"], found["receipt_group"], found["contact"]) == (0, 0, 1)
    assert left(person) == {"receipt_line": 1, "receipt_group": 0, "contact": 1}
    with pytest.raises(NotAllowed, match="must_stay"):
        upheld.erase_person(person, request, acting=officer)
    trace_recall(recall)
    assert found_for(recall)[person] == found_for(recall)[mate] == "bought"
    tell(recall, person)
    upheld.erase(person, request, acting=officer)
    assert left(person) == {"receipt_line": 0, "receipt_group": 0, "contact": 0}


def test_group_sums_that_a_running_recall_reads_stay_for_it_until_it_ends(upheld, home):
    from tarkka.recalls.actions import end_recall
    from tarkka.recalls.tracing import trace_recall

    person, officer = home.persons[0], an_officer()
    recall = a_recall(groups=("dairy",), first=date(2010, 1, 1), last=date(2026, 1, 1))
    request = a_request(person, RequestKind.ERASURE)
    upheld.erase(person, request, acting=officer)
    # Of the receipt with products the line tells more than the sum.
    assert left(person) == {"receipt_line": 1, "receipt_group": 1, "contact": 1}
    trace_recall(recall)
    with administrator() as admin:
        found = "SELECT certainty FROM recall_person WHERE recall_id = %s AND person_id = %s ORDER BY 1"
        assert admin.execute(found, [recall, person]).fetchall() == [("bought",), ("may_have_bought",)]
    end_recall(recall, reason="a test", acting=a_recall_officer())
    upheld.erase(person, request, acting=officer)
    assert left(person) == {"receipt_line": 0, "receipt_group": 0, "contact": 0}


def test_what_is_held_for_a_request_stays_for_a_running_recall_alone(upheld, home):
    person, officer = home.persons[0], an_officer()
    request = a_request(person, RequestKind.ERASURE)
    with administrator() as admin:
        admin.execute(
            "WITH gone AS (DELETE FROM receipt_line WHERE purchaser_id = %s RETURNING *)"
            " INSERT INTO held_receipt_line SELECT *, 'request', %s FROM gone",
            [person, request],
        )
    recall = a_recall()
    upheld.erase(person, request, acting=officer)
    with own_look(person):
        assert rows("SELECT hold, hold_id FROM held_receipt_line") == [("recall", recall)]


def test_a_recall_of_something_else_keeps_nothing(upheld, home):
    person, officer = home.persons[0], an_officer()
    a_recall(gtins=("06408430000142",))
    a_recall(first=date(2023, 1, 1), last=date(2023, 1, 31))
    upheld.erase(person, a_request(person, RequestKind.ERASURE), acting=officer)
    assert left(person) == {"receipt_line": 0, "receipt_group": 0, "contact": 0}
