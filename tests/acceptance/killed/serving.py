"""Starts `telemed serve` in one new process after another, each forked from this one, which has loaded everything once.

Reads `start JSON` (the environment of the service) and `kill PID` on its standard input; answers a line each.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys

from sqlalchemy.orm import configure_mappers

from telemed.__main__ import main as telemed


def main() -> None:
    """Until the end of the input. There is one thread and no event loop when a process is forked."""
    configure_mappers()
    gc.freeze()
    for line in sys.stdin:
        word, _, given = line.strip().partition(" ")
        print(_start(json.loads(given)) if word == "start" else _kill(int(given)), flush=True)


def _start(environment: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.environ.update(environment)
        status = telemed(["serve"])
    except BaseException:  # an edge: the trace goes to the log
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _kill(pid: int) -> int:
    """The signal that ended it: -9 unless it had ended by itself."""
    os.kill(pid, signal.SIGKILL)
    return -(os.waitpid(pid, 0)[1] & 0x7F)


if __name__ == "__main__":
    main()
