"""Use cases of billing: one transaction each."""

from billing.service.activity import ActivityService
from billing.service.cap import CapService
from billing.service.claims import ClaimService
from billing.service.derogations import DerogationService
from billing.service.quotas import QuotaService

__all__ = ["ActivityService", "CapService", "ClaimService", "DerogationService", "QuotaService"]
