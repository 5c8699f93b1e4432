"""How often the database is asked for the published versions."""

import pytest

pytestmark = pytest.mark.usefixtures("database")


def questions() -> int:
    from django.db import connection

    from tarkka.description.queries import load_rulebook

    found = []

    def count(execute, sql, params, many, context):
        found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert load_rulebook() is load_rulebook()
    return len(found)


def test_each_call_asks_but_for_those_inside_asked_once():
    from tarkka.description.queries import asked_once, load_rulebook

    load_rulebook()
    assert questions() == 2
    with asked_once():
        assert questions() == 1
        assert questions() == 0
    assert questions() == 2
