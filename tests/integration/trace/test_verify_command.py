"""`telemed verify-trace FILE`: whoever holds an export checks it without the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.__main__ import main
from tests.unit.trace.test_export import export


def test_the_command_needs_the_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_bytes(b"".join(export(3)))
    assert main(["verify-trace", str(file)]) == 0
    assert "intact: 3 entries" in capsys.readouterr().out
    file.write_bytes(b"".join(export(3)[::2]))
    assert main(["verify-trace", str(file)]) == 1
    assert "broken at entry 2" in capsys.readouterr().err
