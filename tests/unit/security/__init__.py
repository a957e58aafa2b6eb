"""Tests of telemed/security."""
