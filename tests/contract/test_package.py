"""What a built package holds: all that the service reads beside its code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.shared import ROOT


def test_a_built_package_holds_what_the_service_reads(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        held = set(package.namelist())
        problems = package.read("telemed/api/problems.md")
    assert problems == (ROOT / "docs" / "reference" / "problems.md").read_bytes()
    read = [path for folder in ("telemed", "billing", "signaling") for path in (ROOT / folder).rglob("*")]
    wanted = {path.relative_to(ROOT).as_posix() for path in read if path.is_file() and path.suffix != ".pyc"}
    assert wanted - held == set()
