"""The only SQL of patients."""

from telemed.patients.store.deaths import DeathStore
from telemed.patients.store.records import PatientStore

__all__ = ["DeathStore", "PatientStore"]
