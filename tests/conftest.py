"""Fixtures for every test; each subject has its file in tests/fixtures/."""

from __future__ import annotations

pytest_plugins = [
    "tests.fixtures.properties",
    "tests.fixtures.run_folder",
    "tests.fixtures.clocks",
    "tests.fixtures.databases",
    "tests.fixtures.people",
    "tests.fixtures.http",
    "tests.fixtures.browsers",
    "tests.fixtures.turn",
]
