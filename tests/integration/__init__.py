"""Slices with their database, on SQLite and PostgreSQL."""
