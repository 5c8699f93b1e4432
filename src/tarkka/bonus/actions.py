"""Publishing a program, with the owner's rights as a description is; and to which cooperative a household belongs."""

from datetime import date

from django.db import connection, connections, transaction

from tarkka import access
from tarkka.bonus.program import Program, parse
from tarkka.bonus.queries import PublishedProgram, programs
from tarkka.description.errors import NotPublishable, choose
from tarkka.description.queries import load_rulebook
from tarkka.vocabulary import Purpose, Role

OWNER = "owner"


def publish(source: str, *, acting: str, file: str = "program") -> PublishedProgram:
    """Publish what a program file's text says, to hold from its `effective_from` on, as a version that never changes.

    The first program may begin in the past; a later one begins after the present month, whose purchases are being
    made by what was published for them. `acting` is the operator's user id, `file` names the text in errors.
    Raises DescriptionInvalid; NotPublishable with every reason.
    """
    program = parse(source, file)
    with transaction.atomic(using=OWNER, durable=True), connections[OWNER].cursor() as cursor:
        cursor.execute("LOCK TABLE bonus_program IN SHARE ROW EXCLUSIVE MODE")
        before = programs(OWNER)
        reasons = [*_against_register(program), *_against_months(program, before)]
        if reasons:
            raise NotPublishable(reasons)
        version = len(before) + 1
        left_out, benefit = program.left_out, program.payment_benefit
        cursor.execute(
            """
            INSERT INTO bonus_program (version, effective_from, adjusted_for_months, chains_left_out, outlets_left_out,
                payments_left_out, benefit_methods, benefit_basis_points, published_by, digest, source, compiled)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                version,
                program.effective_from,
                program.adjusted_for_months,
                list(left_out.chains),
                list(left_out.outlets),
                list(left_out.payments),
                list(benefit.methods),
                benefit.basis_points,
                acting,
                program.digest(),
                source,
                program.compiled(),
            ],
        )
        for code, each in program.cooperative.items():
            cursor.execute(
                "INSERT INTO bonus_cooperative (version, code, is_default, from_cents, basis_points)"
                " VALUES (%s, %s, %s, %s, %s)",
                [
                    version,
                    code,
                    each.default,
                    [step.from_cents for step in each.steps],
                    [step.basis_points for step in each.steps],
                ],
            )
    return PublishedProgram(version, program)


def set_cooperative(household_id: int, cooperative: str, *, from_month: date, acting: str) -> None:
    """Say to which cooperative a household belongs from a month on: the present one or a later one.

    Raises ValueError for a cooperative that no program names or a month that has ended; access.Refused.
    """
    known = {code for each in programs() for code in each.program.cooperative}
    if cooperative not in known:
        raise ValueError(f"there is no cooperative {cooperative!r}. {choose(cooperative, known)}")
    with (
        access.opened(
            role=Role.AUTOMATIC, actor="bonus", purpose=Purpose.BONUS, subject=access.household(household_id)
        ),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT bonus.this_month()")
        [(present,)] = cursor.fetchall()
        if from_month.day != 1 or from_month < present:
            raise ValueError(f"{from_month} is not the first day of this month or a later one: what was earned stays")
        cursor.execute(
            "INSERT INTO household_cooperative (household_id, from_month, cooperative, set_by) VALUES (%s, %s, %s, %s)",
            [household_id, from_month, cooperative, acting],
        )


def _against_register(program: Program) -> list[str]:
    rulebook = load_rulebook(OWNER)
    if not rulebook:
        return ["no register description is published: publish one first, with `tarkka description publish`"]
    chains = {chain for version in rulebook.versions for chain in version.description.document.chain}
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT code FROM outlet")
        outlets = {code for (code,) in cursor.fetchall()}
    return [
        f"left_out.{place}: there is no {name!r}. {choose(name, known)}"
        for place, names, known in (
            ("chains", program.left_out.chains, chains),
            ("outlets", program.left_out.outlets, outlets),
        )
        for name in names
        if name not in known
    ]


def _against_months(program: Program, before: list[PublishedProgram]) -> list[str]:
    if not before:
        return []
    last = before[-1]
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT bonus.this_month()")
        [(present,)] = cursor.fetchall()
    reasons = []
    if program.effective_from <= last.program.effective_from:
        reasons.append(
            f"version {last.version} holds from {last.program.effective_from}: a new one must hold from a later month"
        )
    if program.effective_from <= present:
        reasons.append(
            f"{program.effective_from:%Y-%m} has begun: its purchases are made by what was published for them."
            " Choose a later month"
        )
    return reasons
