"""Use cases of billing: one transaction each."""

from billing.service.cap import CapService
from billing.service.claims import ClaimService

__all__ = ["CapService", "ClaimService"]
