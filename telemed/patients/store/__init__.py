"""The only SQL of patients."""

from telemed.patients.store.records import PatientStore

__all__ = ["PatientStore"]
