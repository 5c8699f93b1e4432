"""The plans of what the program asks: which partitions of purchases each statement touches."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MOST_PARTITIONS = 8
PARTITION = re.compile(r'"Relation Name": "(receipt(?:_group|_line)?_\d{4}q\d)"')


@contextmanager
def plans() -> Iterator[list[tuple[str, set[str]]]]:
    """Collect each statement of the program's own connection with the partitions in its plan."""
    from django.db import connection

    found: list[tuple[str, set[str]]] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        [(plan,)] = connection.connection.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        found.append((sql, set(PARTITION.findall(json.dumps(plan)))))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def assert_few(found: list[tuple[str, set[str]]], *, at_least_one_of: str) -> None:
    """Fail if a statement touches too many partitions of a table, or none touches the one named."""
    for sql, partitions in found:
        for parent in ("receipt_2", "receipt_group_2", "receipt_line_2"):
            assert len([name for name in partitions if name.startswith(parent)]) <= MOST_PARTITIONS, sql
    assert any(at_least_one_of in partition for _, partitions in found for partition in partitions)
