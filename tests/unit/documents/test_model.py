"""What the facts of a report accept, and the life of a document."""

from __future__ import annotations

import pytest

from telemed.documents.model import (
    TRANSITIONS,
    BirthDate,
    DocumentIdentity,
    DocumentState,
    IdentityStatus,
    StructureId,
    StructureIdKind,
    may_become,
)
from tests.unit.documents.making import DOCUMENT_ID, SET_ID, make_patient, make_report


@pytest.mark.parametrize("text", ["1950", "1950-03", "1950-03-28", "2000-02-29"])
def test_a_birth_date_may_lack_its_day_or_its_month(text: str) -> None:
    assert str(BirthDate.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "50", "1950-3", "1950-13", "1950-02-30", "1900-02-29", "28/03/1950", "1950-03-28T"]
)
def test_a_birth_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        BirthDate.parse(text)


def test_a_day_of_birth_needs_its_month() -> None:
    with pytest.raises(ValueError, match="sans mois"):
        BirthDate(1950, None, 3)


@pytest.mark.parametrize("status", list(IdentityStatus))
def test_the_matricule_is_sent_only_when_the_identity_is_qualified(status: IdentityStatus) -> None:
    patient = make_patient(identity_status=status)
    assert (patient.matricule_to_send is not None) == (status is IdentityStatus.QUAL)


@pytest.mark.parametrize(
    ("kind", "value", "national"),
    [
        (StructureIdKind.FINESS, "350000014", "1350000014"),
        (StructureIdKind.FINESS, "2A0000014", "12A0000014"),
        (StructureIdKind.SIREN, "123456789", "2123456789"),
        (StructureIdKind.SIRET, "12345678900012", "312345678900012"),
        (StructureIdKind.RPPS_RANK, "1010000001701", "41010000001701"),
    ],
)
def test_a_structure_goes_by_its_prefixed_number(kind: StructureIdKind, value: str, national: str) -> None:
    assert StructureId(kind, value).national == national


@pytest.mark.parametrize("kind", list(StructureIdKind))
def test_a_structure_number_of_the_wrong_length_is_refused(kind: StructureIdKind) -> None:
    with pytest.raises(ValueError, match=r"FINESS|structure"):
        StructureId(kind, "12345")


def test_only_the_table_of_transitions_moves_a_document() -> None:
    moves = {(state, target) for state in DocumentState for target in DocumentState if may_become(state, target)}
    assert moves == {
        (DocumentState.DRAFT, DocumentState.SIGNED),
        (DocumentState.SIGNED, DocumentState.SUPERSEDED),
    }
    assert set(TRANSITIONS) == set(DocumentState)


@pytest.mark.parametrize(("version", "replaces"), [(0, None), (1, SET_ID), (2, None)])
def test_version_one_replaces_nothing_and_the_others_do(version: int, replaces: object) -> None:
    with pytest.raises(ValueError, match="replaces"):
        DocumentIdentity(DOCUMENT_ID, SET_ID, version, replaces)  # type: ignore[arg-type]  # None or a UUID


def test_a_patient_and_a_report_show_nothing_when_printed() -> None:
    shown = f"{make_patient()!r} {make_report()!r} {make_report().facts!r}"
    for trait in ("LEROY", "D'ÀCÔTÉ", "279035121518989", "1979", "639981234", "Toux", "Breteuil"):
        assert trait not in shown
