"""The tables of télésurveillance: one file a subject, all known as soon as the slice is."""

from telemed.acts.telemonitoring.tables.alerts import AlertEventRow, AlertRow, MutedFindingRow, MuteRow
from telemed.acts.telemonitoring.tables.observations import ObservationRow

__all__ = ["AlertEventRow", "AlertRow", "MuteRow", "MutedFindingRow", "ObservationRow"]
