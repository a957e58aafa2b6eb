"""Parts of the Plafond page: the curve, the derogations, the files of activity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billing.model import CapCurve, CapStanding, DerogationEntry
from billing.model.activity import ActivityImport
from billing.rules.derogation import DecidedBy
from billing.rules.projection import days_elapsed, days_of
from telemed.kernel.clock import Territory, civil_date
from telemed.web import french
from telemed.web.views.cap import CurveRow, CurveView, DerogationLine, FileLine
from telemed.web.views.frame import Badge, Tone

WIDTH, HEIGHT = 1000, 300
DECIDED_BY = {DecidedBy.CPN: "CPN", DecidedBy.CPAM: "CPAM"}


def curve_of(standing: CapStanding, curve: CapCurve) -> CurveView | None:
    """The remote acts of the year against what the cap allows; None of a year without any act."""
    last, year = curve.points[-1], standing.cap.year
    remote, volume = standing.projection.remote, standing.projection.volume
    allowed_at_end = last.allowed if volume is None else standing.cap.rate_percent * volume.point // 100
    highest = max(last.remote, last.allowed, remote.high, allowed_at_end)
    if highest == 0 or last.total == 0:
        return None

    def place(day: date, acts: int) -> str:
        return f"{days_elapsed(day, year) * WIDTH / days_of(year):.1f},{HEIGHT - acts * HEIGHT / highest:.1f}"

    end = date(year, 12, 31)
    return CurveView(
        remote=" ".join(place(point.day, point.remote) for point in curve.points),
        allowed=" ".join((*(place(one.day, one.allowed) for one in curve.points), place(end, allowed_at_end))),
        highest=highest,
        today=days_elapsed(last.day, year) * WIDTH / days_of(year),
        expected=" ".join(
            (place(last.day, last.remote), place(end, remote.high), place(end, min(remote.low, remote.point)))
        ),
        summary=_summary(standing, last.remote, last.allowed, allowed_at_end),
        rows=tuple(_row(one.day, one.remote, one.total, one.allowed) for one in curve.months),
    )


def _summary(standing: CapStanding, remote: int, allowed: int, allowed_at_end: int) -> str:
    expected = standing.projection.remote
    return (
        f"{french.format_count(remote, 'acte à distance compté', 'actes à distance comptés')} à ce jour pour "
        f"{allowed} permis par les actes connus ; {expected.point} attendus au 31 décembre (entre {expected.low} et "
        f"{expected.high}) pour {allowed_at_end} permis."
    )


def _row(day: date, remote: int, total: int, allowed: int) -> CurveRow:
    return CurveRow(day, remote, total, allowed, remote / total if total else None)


def derogation_lines(entries: Sequence[DerogationEntry], today: date) -> tuple[DerogationLine, ...]:
    return tuple(
        DerogationLine(
            reference=one.derogation.reference,
            decided_by=DECIDED_BY[one.derogation.decided_by],
            rate_percent=one.derogation.rate_percent,
            first_day=one.derogation.first_day,
            last_day=one.derogation.last_day,
            source=one.source,
            state=_state(one, today),
            end_address="" if one.is_withdrawn else f"/facturation/plafond/derogations/{one.id}/fin",
        )
        for one in entries
    )


def _state(entry: DerogationEntry, today: date) -> Badge:
    if entry.is_withdrawn:
        return Badge("Retirée", Tone.PLAIN)
    if entry.derogation.last_day < today:
        return Badge("Terminée", Tone.PLAIN)
    return Badge("En vigueur", Tone.FINE) if entry.derogation.holds_on(today) else Badge("À venir", Tone.PLAIN)


def file_lines(entries: Sequence[ActivityImport], territory: Territory) -> tuple[FileLine, ...]:
    return tuple(
        FileLine(
            source=one.source,
            first_day=one.first_day,
            last_day=one.last_day,
            accepted=one.accepted,
            kept_on=civil_date(one.recorded_at, territory),
            state=Badge("Retiré", Tone.PLAIN) if one.is_withdrawn else Badge("Compté", Tone.FINE),
            withdraw_address="" if one.is_withdrawn else f"/facturation/plafond/imports/{one.id}/retirer",
        )
        for one in entries
    )
