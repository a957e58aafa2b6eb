"""Alembic migrations that run on SQLite and on PostgreSQL, without an ini file."""
