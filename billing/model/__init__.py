"""What billing keeps: claims and their legal basis, and where a doctor stands in a year."""

from billing.model.claim import BasisLine, Claim, Supplied
from billing.model.year import CapCurve, CapStanding, Declaration, DerogationEntry, Practice

__all__ = ["BasisLine", "CapCurve", "CapStanding", "Claim", "Declaration", "DerogationEntry", "Practice", "Supplied"]
