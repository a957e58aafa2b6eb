"""`telemed demo`: its words on the command line, and what comes of them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from telemed.api import logs
from telemed.demo.practice import DemoError
from telemed.demo.serve import FOLDER, serve
from telemed.demo.steps import StepFailed


def add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once",
        metavar="DIR",
        type=Path,
        help="play one visit and one télé-expertise headless and write their papers into DIR",
    )
    parser.add_argument("--reset", action="store_true", help="start over: forget what earlier runs left")
    parser.add_argument("--port", type=int, default=8080, help="serve there, or on the next free port")
    parser.add_argument("--data", metavar="DIR", type=Path, default=FOLDER, help="keep the practice there")


def run(options: argparse.Namespace) -> int:
    """0 when all went well, 1 when the visit or the start failed: the last line says why."""
    logs.configure("error")
    try:
        if options.once:
            from telemed.demo.once import play_once  # loads WebRTC, which only this needs

            asyncio.run(play_once(options.once))
        else:
            asyncio.run(serve(options.data, options.port, starts_over=options.reset))
    except (DemoError, StepFailed) as failure:
        print(f"telemed demo : {failure}", file=sys.stderr)
        return 1
    return 0
