"""Tests of experts without outside."""
