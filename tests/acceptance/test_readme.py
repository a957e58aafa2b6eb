"""Each command of the README works as written, but for where it keeps its data and how much of the suite it runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.postgres import free_port
from tests.shared import ROOT

COMMANDS = {
    "make demo": 'make demo ARGS="--data {folder}/practice --port {port}"',
    'make demo ARGS="--once visite"': 'make demo ARGS="--once {folder}/visite"',
    "make check": "make check",
    "make test": 'make test ARGS="tests/unit/kernel"',
}
SERVES = ("make demo",)
ENDS_WITH = {
    'make demo ARGS="--once visite"': "Visite et avis complets en",
    "make check": "check: all clean",
    "make test": " passed in ",
}


def commands_of_the_readme() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def start(command: str, folder: Path) -> subprocess.Popen[str]:
    # What `make test` itself leaves in the environment would make a make within it speak of folders.
    ours = ("TELEMED_", "PYTEST_", "MAKE", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    written = COMMANDS[command].format(folder=folder, port=free_port())
    return subprocess.Popen(
        ["sh", "-c", written], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_the_readme_says_no_other_command() -> None:
    assert sorted(commands_of_the_readme()) == sorted(COMMANDS)


@pytest.mark.parametrize("command", ENDS_WITH)
def test_a_command_does_what_it_says(command: str, tmp_path: Path) -> None:
    process = start(command, tmp_path)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert ENDS_WITH[command] in output.splitlines()[-1]


@pytest.mark.parametrize("command", SERVES)
def test_a_command_that_serves_ends_cleanly_on_ctrl_c(command: str, tmp_path: Path) -> None:
    process = start(command, tmp_path)
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C arrête" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=300)
    assert "Traceback" not in rest
    assert "Arrêté" in rest
