"""Tests of telemed/adapters."""
