"""Patients as JSON."""

from telemed.patients.schemas.incoming import (
    AttendingDoctorIn,
    BirthDateText,
    DocumentCheckIn,
    IdentityDoubtIn,
    PatientIn,
    PatientPatch,
)
from telemed.patients.schemas.merging import MergeIn, MergeOut, MergeUndoIn
from telemed.patients.schemas.outgoing import (
    AddressOut,
    AttendingDoctorHistory,
    AttendingDoctorOut,
    CheckOut,
    DoubtOut,
    IdentityCheckOut,
    IdentityOut,
    IdentityVersionOut,
    InsiOut,
    MatriculeOut,
    PatientCreated,
    PatientOut,
    PossibleDuplicateOut,
    PossibleDuplicates,
)

__all__ = [
    "AddressOut",
    "AttendingDoctorHistory",
    "AttendingDoctorIn",
    "AttendingDoctorOut",
    "BirthDateText",
    "CheckOut",
    "DocumentCheckIn",
    "DoubtOut",
    "IdentityCheckOut",
    "IdentityDoubtIn",
    "IdentityOut",
    "IdentityVersionOut",
    "InsiOut",
    "MatriculeOut",
    "MergeIn",
    "MergeOut",
    "MergeUndoIn",
    "PatientCreated",
    "PatientIn",
    "PatientOut",
    "PatientPatch",
    "PossibleDuplicateOut",
    "PossibleDuplicates",
]
