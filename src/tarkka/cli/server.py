"""Granian, with workers that also end while they still begin.

It forks them with its own handler of signals (granian/server/common.py, `startup`), which in a worker tells nobody; a
worker sets one of its own only when its application is loaded (granian/server/mp.py, `_spawn_wsgi_worker`). A signal in
between would be lost, and the worker killed when its time is up.
"""

import os
import signal

from granian.cli import entrypoint

if __name__ == "__main__":
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    entrypoint()  # type: ignore[no-untyped-call]  # Granian's own has no types
