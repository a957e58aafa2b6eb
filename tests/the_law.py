"""The law as packaged, read once for every test: it cannot be changed (tests/unit/law/test_loader.py)."""

from __future__ import annotations

from telemed.law.law import Law

LAW = Law.load()
