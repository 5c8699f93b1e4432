"""How a worker process of the intake begins.

In a module of its own that imports no models, because it is imported before Django is set up.
"""

import os
import signal
import threading
from multiprocessing import connection, parent_process

import django


def start() -> None:
    """Make this worker process ready. It ends with its parent, even when that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends us at a part's end
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    django.setup()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
