"""The studio with a life line: when its parent is gone, however it went, the studio stops, too."""

from __future__ import annotations

import os
import signal
import sys
import threading

from studio.__main__ import main


def _stop_with_parent() -> None:
    """Wait for the end of stdin, which is a pipe that only the parent holds.

    Not through sys.stdin: an interpreter that ends while a daemon thread holds its lock aborts.
    """
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_parent, daemon=True, name="life line").start()
    sys.exit(main())
