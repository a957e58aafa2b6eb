"""Runs the exchange in one new process after another, each forked from this one, which has loaded everything once.

Reads one job a line on its standard input; answers with one line: how the process ended, and what it told before.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

from sqlalchemy.orm import configure_mappers

from telemed.app.packaged import the_law, the_skills, the_weights, the_wordings, what_is_followed
from tests.acceptance.killed.exchange import Job, run


def main() -> None:
    """Until the end of the input. There is one thread and no event loop when a process is forked."""
    configure_mappers()
    for read in (the_law, the_skills, the_weights, the_wordings, what_is_followed):
        read()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_in_a_process(json.loads(line))), flush=True)


def _in_a_process(raw: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _run_and_end(raw, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        answer = told.read()
    _, status = os.waitpid(pid, 0)
    return {"signal": status & 0x7F, "exit": status >> 8, "told": json.loads(answer) if answer else None}


def _run_and_end(raw: dict[str, Any], writing: int) -> None:
    """In the forked process: it ends here whatever happens, and never goes back into the loop of the other."""
    status = 1
    try:
        told = run(Job(**raw))
        with os.fdopen(writing, "w", encoding="utf-8") as out:
            json.dump(told, out)
        status = 0
    except BaseException:  # an edge: the trace goes to the parent's log
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
