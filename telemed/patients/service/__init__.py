"""Use cases of patients: one transaction each, and each traced."""

from telemed.patients.service.deaths import Deaths, DeathService
from telemed.patients.service.merging import MergeService
from telemed.patients.service.records import CheckedIdentity, PatientDraft, PatientService

__all__ = ["CheckedIdentity", "DeathService", "Deaths", "MergeService", "PatientDraft", "PatientService"]
