"""Brings a database to the present schema, and checks that tables and migrations agree."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from telemed.storage.engine import Database

FOLDER = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x7E1E_3ED1


async def upgrade(database: Database) -> None:
    """Run the missing migrations; several processes may start at once."""
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        await connection.run_sync(_upgrade)


async def difference(database: Database) -> str:
    """What the tables say that a migrated database lacks, or the reverse; empty when they agree."""
    async with database.engine.begin() as connection:
        return await connection.run_sync(_difference)


async def write_migration(database: Database, message: str, revision: str) -> None:
    """Write a migration from the difference between a migrated database and the tables."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_revision, message, revision)


async def is_current(database: Database) -> bool:
    """Is the database at the last migration?"""
    async with database.read() as session:
        connection = await session.connection()
        return await connection.run_sync(_is_current)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if not _is_current(connection):
        command.upgrade(_config(connection), "head")


def _revision(connection: Connection, message: str, revision: str) -> None:
    command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


def _difference(connection: Connection) -> str:
    try:
        command.check(_config(connection))
    except CommandError as err:
        return str(err)
    return ""


def _is_current(connection: Connection) -> bool:
    return frozenset(MigrationContext.configure(connection).get_current_heads()) == _last()


@cache
def _last() -> frozenset[str]:
    """The last of our migrations: all are read to know it, once a process."""
    return frozenset(ScriptDirectory(str(FOLDER)).get_heads())
