"""The report through the pages: written, drawn, signed, corrected; and the proposal and the cap that follow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.teleconsultation.model import ContinuityEntry, FinishReason, PlaceKind, Teleconsultation, TraitsAnswer
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.consent.model import ConsentDecision
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio

WORDS = {
    "motif": "Toux",
    "examen": "Pas de fièvre.",
    "conclusion": "Bronchite aiguë probable.",
    "conduite": "Repos.",
    "aucune_prescription": "oui",
    "parcours": "oui",
    "territoire": "oui",
}


@pytest_asyncio.fixture
async def finished(site: Site, patient: Patient) -> Teleconsultation:
    """A call that was held by video for ten minutes, and is over."""
    services, doctor = site.services, site.people.doctor
    assert doctor.id
    booked = await services.booking.book(doctor, BookingRequest(doctor.id, patient.id, None, "toux", Channel.SMS))
    await site.deliver()
    opened = await services.links.open(site.last_link.removeprefix("/v/"), "1955-03-12")
    visitor = await services.links.authenticate(opened.token)
    assert visitor
    wording = services.consents.wording()
    await services.visits.decide_consent(visitor, ConsentDecision.GIVEN, wording_sha256=wording.sha256)
    await services.visits.confirm_traits(visitor, TraitsAnswer.CONFIRMED)
    await services.visits.give_place(visitor, PlaceKind.HOME, "12 rue des Tilleuls, Rennes", "06 39 98 12 34")
    site.clock.advance(timedelta(minutes=1))
    await services.visits.arrive(visitor)
    act = await services.calls.admit(doctor, booked.act.id)
    for seconds, kind in ((1, "joined"), (2, "media_connected"), (3, "video_on"), (4, "first_frame")):
        for sequence, seat in enumerate(("doctor", "patient")):
            at = site.clock.now() + timedelta(seconds=seconds)
            entry = ContinuityEntry(seat, kind, "seat", at, at, stream=seat, sequence=seconds * 10 + sequence)
            await services.room_records.record(act.room, entry)
    site.clock.advance(timedelta(minutes=10))
    return await services.calls.finish(doctor, act.id, FinishReason.COMPLETED)


@pytest_asyncio.fixture
async def doctor(site: Site, finished: Teleconsultation) -> Window:
    return await site.signed_in("doctor")


def base(act: Teleconsultation) -> str:
    return f"/consultations/{act.id}/compte-rendu"


async def test_the_report_opens_half_written(doctor: Window, finished: Teleconsultation) -> None:
    page = await doctor.get(base(finished))
    assert page.title == "Compte rendu · LEROY Jeanne"
    assert ">toux</textarea>" in page.text
    assert "Le compte rendu doit comporter une conclusion." in page.text
    assert "Aucun incident technique" in page.text
    assert "seul le statut QUAL permet" in page.text
    assert "un arrêt de travail ne peut dépasser" in plain(page.text)


async def test_it_opens_from_the_call_and_from_today(doctor: Window, finished: Teleconsultation) -> None:
    assert (await doctor.get(f"/consultations/{finished.id}")).path == base(finished)
    assert f'href="{base(finished)}"' in (await doctor.get("/aujourdhui")).text


async def test_what_is_typed_is_kept_and_its_revision_told(doctor: Window, finished: Teleconsultation) -> None:
    saved = await doctor.post(base(finished), WORDS | {"revision": "0"}, Accept="application/json")
    assert '"revision": 1' in saved.text
    page = await doctor.get(base(finished))
    assert ">Bronchite aiguë probable.</textarea>" in page.text
    assert 'name="revision" value="1"' in page.text


async def test_a_save_on_an_older_revision_overwrites_nothing(doctor: Window, finished: Teleconsultation) -> None:
    await doctor.post(base(finished), WORDS | {"revision": "0"})
    stale = await doctor.post(base(finished), WORDS | {"revision": "0", "conclusion": "Autre."})
    assert stale.status == 409
    assert "error-summary" in stale.text
    assert ">Autre.</textarea>" in stale.text
    assert ">Bronchite aiguë probable.</textarea>" in (await doctor.get(base(finished))).text


async def test_prescriptions_are_lines_with_their_nature(doctor: Window, finished: Teleconsultation) -> None:
    lines = {"prescription-1": "Paracétamol 1 g", "nature-1": "drug", "prescription-3": "NFS", "nature-3": "biology"}
    form = {name: value for name, value in WORDS.items() if name != "aucune_prescription"}
    page = await doctor.post(base(finished), form | lines | {"revision": "0"})
    assert 'name="prescription-1" value="Paracétamol 1 g"' in page.text
    assert 'name="prescription-2" value="NFS"' in page.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"arret_debut": "2026-11-25"}, "Donnez le premier et le dernier jour de l’arrêt."),
        ({"arret_debut": "31 février"}, "Cette date n’existe pas."),
        ({"honoraires": "beaucoup"}, "Un montant en euros est attendu, comme 32,50."),
    ],
)
async def test_wrong_answers_are_shown_again(
    doctor: Window, finished: Teleconsultation, change: dict[str, str], sentence: str
) -> None:
    page = await doctor.post(base(finished), WORDS | change | {"revision": "0"})
    assert page.status == 422
    assert sentence in page.errors
    assert ">Bronchite aiguë probable.</textarea>" in page.text


async def test_a_leave_too_long_is_refused_at_signature_with_its_text(
    doctor: Window, finished: Teleconsultation
) -> None:
    leave = {"arret_debut": "2026-11-25", "arret_fin": "2026-11-29"}
    page = await doctor.post(f"{base(finished)}/signer", WORDS | leave | {"revision": "0"})
    assert page.status == 409
    assert "celui-ci en compte 5" in plain(page.text)
    assert "Article L. 6316-1 du code de la santé publique" in page.text


async def test_signing_without_conclusion_says_what_is_missing(doctor: Window, finished: Teleconsultation) -> None:
    page = await doctor.post(f"{base(finished)}/signer", WORDS | {"conclusion": "", "revision": "0"})
    assert page.status == 409
    assert "Le compte rendu doit comporter une conclusion." in page.text


async def test_the_draft_is_drawn(doctor: Window, finished: Teleconsultation) -> None:
    async with doctor.client.get(f"{base(finished)}/apercu.png") as response:
        assert response.headers["Content-Type"] == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


async def test_signed_it_is_sealed_drawn_proposed_and_counted(
    site: Site, doctor: Window, finished: Teleconsultation
) -> None:
    page = await doctor.post(f"{base(finished)}/signer", WORDS | {"revision": "0"})
    assert "Compte rendu signé et scellé." in page.text
    assert "Signé et scellé" in page.text
    assert "10100000016" in page.text
    async with doctor.client.get(f"{base(finished)}/signe.png") as response:
        assert (await response.read()).startswith(b"\x89PNG")
    await site.deliver()
    later = await doctor.get(base(finished))
    assert "TCG" in later.text
    assert "25,00 €" in plain(later.text)
    billing = await doctor.get("/facturation")
    assert "25,00 €" in plain(billing.text)
    assert "Plafond 2026" in plain((await doctor.get("/aujourdhui")).text)


async def test_a_correction_is_a_new_version(doctor: Window, finished: Teleconsultation) -> None:
    await doctor.post(f"{base(finished)}/signer", WORDS | {"revision": "0"})
    draft = await doctor.post(f"{base(finished)}/corriger", {"raison": "Faute de frappe"})
    assert draft.title.startswith("Correction du compte rendu")
    revision = draft.text.split('name="revision" value="')[1].split('"')[0]
    signed = await doctor.post(
        f"{base(finished)}/signer", WORDS | {"conclusion": "Bronchite aiguë.", "revision": revision}
    )
    assert "2 (remplace 1 version)" in plain(signed.text)


async def test_a_call_ended_by_mistake_is_taken_up_again(
    site: Site, doctor: Window, finished: Teleconsultation
) -> None:
    assert "Reprendre l’appel" in (await doctor.get(base(finished))).text
    call = await doctor.post(f"/consultations/{finished.id}/reprendre")
    assert call.path == f"/consultations/{finished.id}"
    assert 'data-admitted="true"' in call.text


async def test_a_colleague_reads_no_report(site: Site, finished: Teleconsultation) -> None:
    colleague = await site.signed_in("colleague")
    assert (await colleague.get(base(finished))).status == 404


async def test_the_auditor_reads_every_step_in_words(site: Site, doctor: Window, finished: Teleconsultation) -> None:
    await doctor.post(f"{base(finished)}/signer", WORDS | {"revision": "0"})
    await doctor.get("/facturation")
    await site.deliver()
    auditor = await site.signed_in("auditor")
    page = await auditor.get("/tracabilite")
    actions = re.findall(r'data-label="Action">([^<]+)<', page.text)
    assert "Signature du compte rendu" in actions
    assert [action for action in actions if "." in action] == []
