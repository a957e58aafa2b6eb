"""Use cases of billing: one transaction each."""

from billing.service.cap import CapService
from billing.service.claims import ClaimService
from billing.service.derogations import DerogationService

__all__ = ["CapService", "ClaimService", "DerogationService"]
