"""Fixtures for every test; each subject has its file in tests/fixtures/."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run import QUICK, ROOT

pytest_plugins = ["tests.fixtures.garbage", "tests.fixtures.properties", "tests.fixtures.clocks"]
_OUTSIDES = ("run_folder", "databases", "people", "http", "browsers", "turn", "caisse", "mosquitto")
_WITH_OUTSIDE = [f"tests.fixtures.{name}" for name in _OUTSIDES]
pytest.register_assert_rewrite(*_WITH_OUTSIDE)


def pytest_configure(config: pytest.Config) -> None:
    """The part without outside does not pay for importing databases, servers and browsers."""
    if not _is_quick(config):
        for name in _WITH_OUTSIDE:
            config.pluginmanager.import_plugin(name)


def _is_quick(config: pytest.Config) -> bool:
    asked = [(config.invocation_params.dir / word.split("::")[0]).resolve() for word in config.args]
    quick = [Path(ROOT, folder) for folder in QUICK]
    return all(any(path.is_relative_to(folder) for folder in quick) for path in asked)
