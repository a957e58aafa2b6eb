"""What is stated of a civil year: loaded as the rules read it, and what it comes to, kept beside."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from billing.rules.outside import DeclaredOutside, ImportedOutside, KnownOutside, resolve_outside
from billing.store import ActivityStore, YearStore
from telemed.kernel.errors import Invalid

FIRST_YEAR, LAST_YEAR = 2018, 2100


def check_year(year: int) -> None:
    """Raises Invalid for a year that this service does not know."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(f"Indiquez une année entre {FIRST_YEAR} et {LAST_YEAR}.", field="year")


async def load_statements(
    session: AsyncSession, rpps: str, year: int
) -> tuple[DeclaredOutside | None, list[ImportedOutside]]:
    """What was stated of the outside activity of a year: the latest declaration, and the files."""
    declared = await YearStore(session).find_declared_outside(rpps, year)
    return declared, await ActivityStore(session).imported(rpps, year)


async def refresh_statement(session: AsyncSession, rpps: str, year: int) -> KnownOutside:
    """Write again what the statements of a year come to; the caller holds the row of the year's count."""
    declaration = await YearStore(session).find_declaration(rpps, year)
    known = resolve_outside(year, *await load_statements(session, rpps, year))
    volume = None if declaration is None else declaration.annual_volume
    await ActivityStore(session).keep_statement(rpps, year, volume=volume, outside=known.outside)
    return known
