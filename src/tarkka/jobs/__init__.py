"""Long work that outlives whoever asked for it: a queue in the register's database, and the process that does it."""


class NotYet(Exception):
    """Raised by a task that is to be tried again later and has said why: nothing more is logged of it."""
