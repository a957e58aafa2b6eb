"""The end of care: who is owed its report is told, opens it, is told again; what does not arrive says what to do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.documents.model import MonitoringWords
from telemed.kernel.messages import Channel, DeliveryReceipt, DeliveryState, OutgoingMessage
from telemed.patients.model import Patient
from telemed.professionals.model import Contact
from telemed.professionals.store import ContactStore
from telemed.trace.store import TraceStore
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.web.conftest import Site, Window, plain
from tests.integration.web.test_own_page import BORN, own_link

pytestmark = pytest.mark.asyncio
ELSEWHERE = "10100000115"


async def ended(site: Site, patient: Patient) -> FollowUp:
    """A follow-up of nine days that reached its goal; the doctor who prescribed it answers for it."""
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    site.clock.advance(timedelta(days=9))
    await site.services.telemonitoring.follow_ups.stop(
        site.people.doctor, follow_up.id, end_reason=EndReason.GOAL_REACHED, reason=""
    )
    return follow_up


async def sign(site: Site, follow_up: FollowUp, month: int | None = None) -> None:
    written = site.services.monitoring_reports.written
    await written.sign(site.people.colleague, follow_up.id, month, MonitoringWords("Stable."))
    await site.deliver()


def texts(site: Site) -> list[str]:
    return [message.text for message in site.sms.messages]


async def test_the_report_of_the_end_is_prepared_signed_sent_read_and_sent_again(site: Site, patient: Patient) -> None:
    services, people = site.services, site.people
    assert people.doctor.id
    async with services.database.begin() as uow:
        await ContactStore(uow.session).save(people.doctor.id, Contact(phone="+33639981200"))
    await services.patients.set_attending_doctor(
        people.secretary, patient.id, rpps=ELSEWHERE, name="ROY Paul", from_on=None
    )
    follow_up = await ended(site, patient)
    await site.deliver()
    (due,) = texts(site)
    assert f"/surveillance/{follow_up.id}/rapports/fin" in due
    base, colleague = f"/surveillance/{follow_up.id}/rapports", await site.signed_in("colleague")
    assert "Signer le rapport de fin" in (await colleague.get("/surveillance/suivis?etat=termines")).text
    draft = plain((await colleague.get(base)).text)
    assert "0 transmissions reçues, sur 10 attendues. Aucune alerte. Fin du suivi : objectif atteint." in draft
    signed = await colleague.post(f"{base}/fin", {"conclusion": "Objectif atteint."})
    assert "Il part vers ceux à qui il est destiné." in plain(signed.text)
    assert "Un message va le lui dire." in plain(signed.text)
    await site.deliver()
    as_prescriber, to_patient = texts(site)[1:]
    assert "en tant que prescripteur" in as_prescriber
    assert "/avis/recus" in as_prescriber
    assert not {"Leroy", "LEROY", "Jeanne", "cardiaque", "Moreau"} & set(re.split(r"\W+", to_patient + as_prescriber))
    after = plain((await colleague.get(f"{base}/fin")).text)
    assert "Il n’a pas de compte ici et MSSanté n’est pas raccordée" in after
    assert "Signer le rapport de fin" not in (await colleague.get("/surveillance/suivis?etat=termines")).text
    await read_by_the_patient(site)
    await read_by_the_prescriber(site)
    nurse = await site.signed_in("nurse")
    page = plain((await nurse.get(f"{base}/fin")).text)
    assert page.count("Ouvert") == 2
    again = await nurse.post(f"{base}/fin/envois", {"destinataire": "patient"})
    assert "Envoi demandé" in again.text
    assert "Léa MARCHAND" in again.text
    twice = await nurse.post(f"{base}/fin/envois", {"destinataire": "patient"})
    assert (twice.status, "Un message est déjà en route" in twice.text) == (422, True)
    await site.deliver()
    assert len(texts(site)) == 4
    to_dmp = await nurse.post(f"{base}/fin/envois", {"destinataire": "dmp"})
    assert (to_dmp.status, "Rien ne peut partir vers ce destinataire" in to_dmp.text) == (422, True)
    assert (await nurse.post(f"{base}/fin/envois", {"destinataire": "voisin"})).status == 404
    assert "Remise au patient notée." in (await nurse.post(f"{base}/fin/remise")).text
    assert (await nurse.post(f"{base}/fin/remise")).status == 422
    stranger = await site.signed_in("stranger")
    assert (await stranger.post(f"{base}/fin/envois", {"destinataire": "patient"})).status == 404
    async with services.database.read() as session:
        noted = {one.note.action for one in await TraceStore(session).page(before=None, limit=200)}
    assert {"telemonitoring.send_report", "telemonitoring.hand_report_over"} <= noted


async def read_by_the_patient(site: Site) -> None:
    """By the link of the message and her date of birth: the report alone is left of her page."""
    phone = await site.window()
    await phone.get(own_link(site))
    page = await phone.post("/suivi/naissance", BORN)
    assert page.title == "Votre suivi à distance est terminé"
    assert "Fin du suivi" in page.text
    pdf = await phone.client.get("/suivi/rapports/fin", headers={"Sec-Fetch-Site": "same-origin"})
    assert (pdf.status, (await pdf.read())[:5]) == (200, b"%PDF-")
    assert (await phone.get("/suivi/rapports/1")).status == 404
    assert (await phone.get("/suivi/mesures/weight")).path == "/suivi/naissance"


async def read_by_the_prescriber(site: Site) -> None:
    doctor = await site.signed_in("doctor")
    listed = await doctor.get("/avis/recus")
    assert "LEROY Jeanne" in listed.text
    address = re.search(r'href="(/documents/[^"]+/pdf)"', listed.text)
    assert address
    assert (await doctor.client.get(address[1], headers={"Sec-Fetch-Site": "same-origin"})).status == 200


async def test_a_report_of_a_month_is_on_the_patients_page_while_she_is_followed(site: Site, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    site.clock.advance(timedelta(days=31))
    await site.services.telemonitoring.care.timers.run()
    await sign(site, follow_up, 1)
    phone = await entered(site)
    assert "1er mois" in (await phone.get("/suivi")).text
    await site.services.telemonitoring.follow_ups.stop(
        site.people.doctor, follow_up.id, end_reason=EndReason.GOAL_REACHED, reason=""
    )
    assert (await phone.get("/suivi")).path == "/suivi/naissance"
    await phone.post("/suivi/nouveau-lien")
    sent = len(texts(site))
    await site.deliver()
    assert len(texts(site)) == sent


async def entered(site: Site) -> Window:
    phone = await site.window()
    await phone.get(own_link(site))
    await phone.post("/suivi/naissance", BORN)
    return phone


async def test_what_did_not_arrive_says_what_to_do(
    site: Site, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(message: OutgoingMessage) -> DeliveryReceipt:
        return DeliveryReceipt("", DeliveryState.FAILED, "unknown_number")

    follow_up = await ended(site, patient)
    monkeypatch.setattr(site.services.documents.deliveries._post.senders[Channel.SMS], "send", refuse)
    await sign(site, follow_up)
    nurse, base = await site.signed_in("nurse"), f"/surveillance/{follow_up.id}/rapports/fin"
    page = plain((await nurse.get(base)).text)
    assert "vérifiez l’adresse et renvoyez, ou remettez-le en main propre" in page
    assert "Aucun médecin traitant n’est connu : déclarez-le dans la fiche du patient" in page
    lost = await nurse.post(f"{base}/envois", {"destinataire": "medecin_traitant"})
    assert (lost.status, "complétez d’abord le dossier" in plain(lost.text)) == (422, True)
    await site.services.patients.set_attending_doctor(
        site.people.secretary, patient.id, rpps=ELSEWHERE, name="ROY Paul", from_on=None
    )
    found = await nurse.post(f"{base}/envois", {"destinataire": "medecin_traitant"})
    assert "Envoi demandé" in found.text


async def test_a_death_noted_from_a_follow_up_ends_it_and_tells_the_patient_nothing(
    site: Site, patient: Patient
) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    nurse, home = await site.signed_in("nurse"), f"/surveillance/{follow_up.id}"
    missing = await nurse.post(f"{home}/deces", {"deces_source": "relative"})
    assert (missing.status, "deces_le" in missing.text) == (422, True)
    ahead = await nurse.post(f"{home}/deces", {"deces_le": "2027-01-01", "deces_source": "relative"})
    assert (ahead.status, "Un décès n’est pas daté de l’avenir." in plain(ahead.text)) == (422, True)
    noted = await nurse.post(f"{home}/deces", {"deces_le": "2026-11-24", "deces_source": "relative"})
    assert "Décès noté. Les suivis à distance sont arrêtés." in plain(noted.text)
    sheet = plain((await nurse.get(f"/patientele/{patient.id}")).text)
    assert "Décédée le 24 novembre 2026 (proche)" in sheet
    await sign(site, follow_up)
    assert texts(site) == []
    page = plain((await nurse.get(f"{home}/rapports/fin")).text)
    assert "Le patient est décédé." in page
    wrong = await nurse.post(f"/patientele/{patient.id}/deces/annuler", {"deces_raison": " "})
    assert wrong.status == 422
    back = await nurse.post(f"/patientele/{patient.id}/deces/annuler", {"deces_raison": "Homonyme"})
    assert "Noté à tort : Homonyme" in plain(back.text)
    assert "Décédée le" not in plain(back.text)
