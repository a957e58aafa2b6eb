"""Practices, professionals, their accounts and sessions."""

from telemed.professionals.model.account import (
    Account,
    Attempts,
    Enrolment,
    Invitation,
    OpenedSession,
    Session,
    SessionEnd,
    SignInMeans,
    describe_device,
)
from telemed.professionals.model.contact import Contact, NoticeText, QuietHours
from telemed.professionals.model.practice import FACILITY_TYPES, Practice, PracticeAddress
from telemed.professionals.model.professional import (
    ConventionSector,
    Profession,
    Professional,
    Title,
    medical_professions,
    parse_person_name,
)
from telemed.professionals.model.specialties import SPECIALTIES, Specialty, find_specialty

__all__ = [
    "FACILITY_TYPES",
    "SPECIALTIES",
    "Account",
    "Attempts",
    "Contact",
    "ConventionSector",
    "Enrolment",
    "Invitation",
    "NoticeText",
    "OpenedSession",
    "Practice",
    "PracticeAddress",
    "Profession",
    "Professional",
    "QuietHours",
    "Session",
    "SessionEnd",
    "SignInMeans",
    "Specialty",
    "Title",
    "describe_device",
    "find_specialty",
    "medical_professions",
    "parse_person_name",
]
