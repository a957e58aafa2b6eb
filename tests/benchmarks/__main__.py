"""Measures against floors and peers, side by side in one run.

usage: python -m tests.benchmarks [table…]
tables: lists quotas cap match upload openings ingestion doors flood monitoring_rules watching silences alert_board
board_and_doors relay idle_sockets first_frame; all by default. A flood lasts ten minutes a database, or
TELEMED_BENCH_FLOOD_SECONDS each.
"""

from __future__ import annotations

import importlib
import sys
import time

TABLES = (
    *("lists", "quotas", "cap", "match", "upload", "openings", "ingestion", "doors", "flood"),
    *("monitoring_rules", "watching", "silences", "alert_board", "board_and_doors", "relay", "idle_sockets"),
    "first_frame",
)


def main(words: list[str]) -> int:
    """Print each table as it is ready; 2 when a name is unknown."""
    unknown = [word for word in words if word not in TABLES]
    if unknown:
        print(f"bench: no table named {', '.join(unknown)}; there are {', '.join(TABLES)}", file=sys.stderr)
        return 2
    for name in words or TABLES:
        started = time.monotonic()
        print(f"bench: {name}…", file=sys.stderr, flush=True)
        table = importlib.import_module(f"tests.benchmarks.{name}").measure()
        print(f"\n{table}\n", flush=True)
        print(f"bench: {name} took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
