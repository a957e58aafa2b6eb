"""Generated reports, within what the model accepts: names of all kinds, places overseas and abroad, missing items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from telemed.documents.model import (
    ActCode,
    ActFacts,
    Address,
    BirthDate,
    Civility,
    DocumentIdentity,
    FacilityType,
    IdentityStatus,
    Participant,
    PatientFacts,
    PlaceFacts,
    ProfessionalFacts,
    Qualification,
    Report,
    Sex,
    StructureId,
    StructureIdKind,
    Title,
)
from telemed.kernel.clock import Territory
from telemed.kernel.identifiers import InsOid, Matricule, nir_key
from tests.unit.documents.making import ACT_ID, make_content, make_facts, make_report

words = st.text(st.sampled_from("abcéèêëçœŒæÀÉÔ'’-&<>\"½€ ZXW"), min_size=1, max_size=24).map(
    lambda text: f"N{' '.join(text.split())}"
)
digits = st.text(st.sampled_from("0123456789"), min_size=8, max_size=8)
COG_CODES = ("51215", "2A004", "2B033", "97105", "97411", "98735", "99352", "99109")


@st.composite
def matricules(draw: st.DrawFn) -> Matricule:
    department = draw(st.sampled_from(["35", "2A", "2B", "97", "99"]))
    number = draw(st.sampled_from("12378")) + draw(digits)[:2] + draw(st.sampled_from(["03", "12", "20", "63"]))
    number = number + department + draw(digits)[:6]
    return Matricule(number + nir_key(number), draw(st.sampled_from(InsOid)))


births = st.one_of(
    st.dates(datetime(1900, 1, 1).date(), datetime(2026, 1, 1).date()).map(BirthDate.of),  # noqa: DTZ001 - a day
    st.builds(BirthDate, st.integers(1900, 2026), st.integers(1, 12)),
    st.builds(BirthDate, st.integers(1900, 2026)),
)
addresses = st.one_of(
    st.builds(
        Address,
        st.lists(words, min_size=1, max_size=3).map(tuple),
        st.sampled_from(["35000", "20250", "97400", "75007"]),
        words,
    ),
    st.builds(Address, st.tuples(words)),
)
rpps = st.text(st.sampled_from("0123456789"), min_size=11, max_size=11)


@st.composite
def patients(draw: st.DrawFn) -> PatientFacts:
    status = draw(st.sampled_from(IdentityStatus))
    needs = status is IdentityStatus.QUAL
    return PatientFacts(
        local_id=draw(digits),
        local_id_root="2.25.1234567890",
        birth_name=draw(words),
        birth_given_names=tuple(draw(st.lists(words, min_size=1, max_size=3))),
        sex=draw(st.sampled_from(Sex)),
        birth=draw(births),
        birth_place_code=draw(st.sampled_from(COG_CODES)),
        identity_status=status,
        birth_place_name=draw(st.just("") | words),
        used_name=draw(st.just("") | words),
        used_given_name=draw(st.just("") | words),
        matricule=draw(matricules() if needs else st.none() | matricules()),
        address=draw(st.none() | addresses),
        phone=draw(st.sampled_from(["", "0639981234", "+262692000000"])),
        email=draw(st.sampled_from(["", "a@example.org"])),
    )


places = st.builds(
    PlaceFacts,
    words,
    st.sampled_from(
        [
            StructureId(StructureIdKind.FINESS, "2A0000014"),
            StructureId(StructureIdKind.SIRET, "12345678900012"),
            StructureId(StructureIdKind.RPPS_RANK, "1010000001701"),
        ]
    ),
    st.sampled_from(FacilityType),
    addresses,
    st.sampled_from(["", "02 99 00 00 00"]),
)
professionals = st.builds(
    ProfessionalFacts,
    rpps,
    words,
    words,
    st.sampled_from(
        [
            Qualification("G15_10/SM54", "Médecin - Médecine Générale (SM)"),
            Qualification("G15_10/SM42", "Médecin - Psychiatrie (SM)"),
            Qualification("G15_60", "Infirmier"),
        ]
    ),
    st.none() | places,
    st.none() | st.sampled_from(Civility),
    st.none() | st.sampled_from(Title),
)
participants = st.builds(
    Participant, professionals, words, st.sampled_from(["", ActCode.TLS, ActCode.TLL, ActCode.TLD, ActCode.TLM])
)


@st.composite
def acts(draw: st.DrawFn) -> ActFacts:
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
    return ActFacts(
        act_id=ACT_ID,
        code=draw(st.sampled_from([ActCode.TCG, ActCode.TC])),
        started_at=start,
        ended_at=start + timedelta(seconds=draw(st.integers(1, 7200))),
        territory=draw(st.sampled_from(Territory)),
        patient_location=draw(addresses),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    facts = make_facts(
        patient=draw(patients()),
        author=draw(professionals),
        custodian=draw(places),
        act=draw(acts()),
        participants=tuple(draw(st.lists(participants, max_size=3))),
        medecin_traitant=draw(st.none() | professionals),
    )
    return make_report(facts=facts, content=make_content())


@st.composite
def identities(draw: st.DrawFn) -> DocumentIdentity:
    version = draw(st.integers(1, 5))
    replaced = draw(st.uuids(version=4)) if version > 1 else None
    return DocumentIdentity(draw(st.uuids(version=4)), draw(st.uuids(version=4)), version, replaced)
