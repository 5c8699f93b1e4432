"""What the program's log tells of a failure: what failed and where, and nothing of the data that it failed on."""

import logging
import traceback
from types import TracebackType

_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def without_texts(error: BaseException) -> str:
    """Return where an error and whatever caused it came from, without their texts: PostgreSQL's quote rows."""
    parts = []
    found: BaseException | None = error
    while found:
        parts.append("".join(traceback.format_tb(found.__traceback__)) + type(found).__qualname__)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\nfrom which came\n".join(reversed(parts))


class Discreet(logging.Formatter):
    """Formats a record without the texts of its exceptions."""

    def formatException(self, ei: _Failure) -> str:  # noqa: N802  # logging's own name
        """Return the exception as `without_texts` does."""
        return without_texts(ei[1]) if ei[1] else ""
