"""The people of the demonstration are well formed, and belong to nobody."""

from __future__ import annotations

import pytest

from telemed.demo.people import PATIENTS, PROFESSIONALS, DemoPatient, DemoProfessional, email_of, mobile_of
from telemed.kernel.caller import Role
from telemed.kernel.identifiers import InsOid, luhn_is_valid, parse_cog, parse_matricule, parse_rpps


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient.birth_name)
def test_a_patient_is_well_formed(patient: DemoPatient) -> None:
    assert parse_cog(patient.born_in) == patient.born_in
    assert patient.birth_name.isupper()
    if matricule := patient.matricule():
        assert parse_matricule(matricule, InsOid.NIR_DEMO).value == matricule
    assert email_of(patient).endswith("@exemple.invalid")


@pytest.mark.parametrize("doctor", [p for p in PROFESSIONALS if p.role is Role.DOCTOR], ids=lambda p: p.login)
def test_a_doctor_has_a_number_a_specialty_and_a_sector(doctor: DemoProfessional) -> None:
    assert luhn_is_valid(parse_rpps(doctor.rpps or ""))
    assert doctor.specialty
    assert doctor.sector


def test_every_role_is_held_and_nobody_shares_a_number() -> None:
    assert {professional.role for professional in PROFESSIONALS} == set(Role)
    matricules = [matricule for patient in PATIENTS if (matricule := patient.matricule())]
    assert len(set(matricules)) == len(matricules) >= 15
    assert len({mobile_of(place) for place in range(len(PATIENTS))}) == len(PATIENTS)
    assert all(mobile_of(place).startswith("+3363998") for place in range(len(PATIENTS)))
