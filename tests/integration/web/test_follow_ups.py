"""The enrolment and the sheet of a follow-up, as a doctor and a nurse walk through them in their browsers."""

from __future__ import annotations

import dataclasses
import html
import re
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from telemed.acts.telemonitoring.model.devices import Device, DeviceContent
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.web.conftest import Site, Window, plain
from tests.unit.acts.telemonitoring.making import make_arrival

pytestmark = pytest.mark.asyncio
SCALE = {"nom": "Balance", "modele": "Bathscale 3", "identifiant": "urn:example|SN-42", "mesures": "weight"}
PRESCRIPTION = {
    "prescripteur": "Dr Anne Petit",
    "prescrit_le": "2026-11-25",
    "debut": "2026-11-25",
    "fin": "2027-11-24",
    "qualifie": "oui",
}


async def begin(window: Window, patient: Patient) -> str:
    """A draft of the cardiac pathway; its address."""
    found = await window.post("/surveillance/nouveau", {"geste": "chercher", "nom": "Leroy"})
    assert f'value="{patient.id}"' in found.text
    assert "Données minimales : poids." in plain(found.text)
    draft = await window.post(
        "/surveillance/nouveau", {"patient": str(patient.id), "parcours": "insuffisance_cardiaque"}
    )
    assert draft.path.endswith("/inscription/suivi")
    return draft.path.removesuffix("/suivi")


async def test_an_enrolment_says_what_lacks_and_starts_once_nothing_does(site: Site, patient: Patient) -> None:
    doctor = await site.signed_in("doctor")
    steps = await begin(doctor, patient)
    home = steps.removesuffix("/inscription")
    early = await doctor.get(f"{steps}/commencer")
    assert "Il faut une prescription de télésurveillance." in plain(early.text)
    assert "Les dispositifs ne fournissent pas : Poids" in plain(early.text)
    assert (await doctor.post(f"{steps}/commencer")).status == 422

    too_long = await doctor.post(f"{steps}/prescription", PRESCRIPTION | {"fin": "2028-11-24"})
    assert too_long.status == 422
    assert 'value="Dr Anne Petit"' in too_long.text
    assert (await doctor.post(f"{steps}/prescription", PRESCRIPTION)).path == f"{steps}/accords"
    for kind in ("telemonitoring", "telemonitoring_usage"):
        answer = await doctor.post(f"{steps}/accords", {"accord": kind, "reponse": "given"})
    assert plain(answer.text).count("Accepté") == 2

    given = await doctor.post(f"{home}/dispositifs", SCALE)
    assert "Dispositif confié." in given.text
    device = re.search(rf'action="({home}/dispositifs/[0-9a-f-]+)/acces"', given.text)
    assert device
    shown = await doctor.post(f"{device[1]}/acces")
    token = re.search(r"data-token>([^<]+)<", shown.text)
    assert token
    assert "montré cette seule fois" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert token[1] not in (await doctor.get(f"{steps}/materiel")).text

    set_ = await doctor.post(f"{home}/seuils", {"seuil_weight_high": "80,5", "motif": "Poids de sortie 78 kg"})
    assert "80,5 kg" in plain(set_.text)
    ready = await doctor.get(f"{steps}/commencer")
    assert "Tout est là." in ready.text
    sheet = await doctor.post(f"{steps}/commencer")
    assert sheet.path == home
    assert "Suivi commencé." in sheet.text
    assert (await doctor.get(steps)).path == home
    listed = await doctor.get("/surveillance/suivis")
    assert f'href="{home}"' in listed.text


async def test_an_enrolment_that_expired_says_so(site: Site, patient: Patient) -> None:
    doctor = await site.signed_in("doctor")
    steps = await begin(doctor, patient)
    drafts = await doctor.get("/surveillance/suivis?etat=brouillons")
    assert "Terminer avant le 25 décembre 2026" in plain(drafts.text)
    site.clock.advance(timedelta(days=31))
    doctor = await site.signed_in("colleague")
    late = await doctor.post(f"{steps}/prescription", PRESCRIPTION)
    assert late.status == 422
    assert "Cette inscription a été abandonnée, ou a expiré faute d’être terminée" in plain(late.text)


async def test_a_free_device_is_offered_however_many_there_were(site: Site, patient: Patient) -> None:
    now, doctor = site.services.clock.now(), await site.signed_in("doctor")
    scale = DeviceContent("urn:example|NEW", "Bathscale 3", "Balance", frozenset({"weight"}))
    async with site.services.database.begin() as uow:
        store = DeviceStore(uow.session)
        for number in range(201):
            content = dataclasses.replace(scale, identifier=f"urn:example|OLD-{number}")
            await store.add(Device(new_id(), patient.practice_id, content, now, retired_at=now))
        await store.add(Device(new_id(), patient.practice_id, scale, now))
    steps = await begin(doctor, patient)
    page = plain((await doctor.get(f"{steps}/materiel")).text)
    assert "Balance, Bathscale 3, NEW" in page
    assert "OLD-" not in page


async def test_the_sheet_shows_measures_and_takes_gestures(site: Site, patient: Patient) -> None:
    services, people = site.services, site.people
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    for kilograms in (79.0, 81.5):
        site.clock.advance(timedelta(days=1))
        now, made = services.clock.now(), make_arrival(kilograms)
        observation = replace(made.observation, measured_at=now)
        arrival = replace(made, follow_up_id=follow_up.id, device_id=UUID(int=9), observation=observation)
        await services.telemonitoring.ingestion.take([replace(arrival, received_at=now)])
    home, nurse = f"/surveillance/{follow_up.id}", await site.signed_in("nurse")
    sheet = plain((await nurse.get(home)).text)
    assert "LEROY Jeanne" in sheet
    listed = plain((await nurse.get("/surveillance/suivis")).text)
    assert re.search(r"Aujourd’hui à \d+ h.*?1 alerte<", listed)
    assert f'href="{home}"' in (await nurse.get(f"/patientele/{patient.id}")).text
    secretary = await site.signed_in("secretary")
    assert home not in (await secretary.get(f"/patientele/{patient.id}")).text
    assert "Poids : 2 mesures, de 79 kg à 81,5 kg, la dernière 81,5 kg, seuil haut 80 kg." in sheet
    assert re.search(r"81,5 <strong class=\"nowrap\">.*?au-dessus du seuil", sheet)
    assert "Poids au-dessus du seuil" in sheet
    assert "Changer les seuils" not in sheet
    day = await nurse.get(f"{home}?periode=jour")
    assert "81,5 kg" in plain(day.text)
    assert "Aucune mesure sur cette période." in (await nurse.get(f"{home}?periode=90-jours&jour=2020-01-01")).text
    assert (await nurse.get(f"{home}?periode=siecle&jour=demain")).status == 200
    curve = await nurse.get(f"{home}/courbe?signal=weight&periode=semaine")
    assert '"81,5 kg, au-dessus du seuil"'.replace(" kg", "\\u00a0kg") in curve.text
    assert (await nurse.get(f"{home}/courbe?signal=heat")).status == 404

    doctor = await site.signed_in("doctor")
    wrong = await doctor.post(f"{home}/seuils", {"seuil_weight_high": "beaucoup", "motif": "Essai"})
    assert wrong.status == 422
    assert 'value="beaucoup"' in wrong.text
    assert wrong.errors == ["Un nombre est attendu, comme 72,4."]
    away = await doctor.post(f"{home}/suspendre", {"absent_le": "2026-11-27", "motif_absence": "Hôpital"})
    assert "Suivi suspendu" in away.text
    back = await doctor.post(f"{home}/reprendre", {"retour_le": "2026-11-27"})
    assert "Retour noté." in back.text
    session = {"seance_le": "2026-11-27", "seance_duree": "30", "sujets": "diet,signs", "seance_note": "Le sel"}
    logged = await nurse.post(f"{home}/seances", session)
    assert "l’alimentation, les signes d’alerte" in plain(logged.text)
    future = await nurse.post(f"{home}/seances", session | {"seance_le": "2027-01-01"})
    assert future.status == 422
    over = await doctor.post(f"{home}/arreter", {"fin_motif": "goal_reached", "fin_texte": "Stable"})
    assert "Objectif atteint" in plain(over.text).replace("objectif", "Objectif")
    assert "Noter une séance" not in over.text


async def test_a_measure_set_aside_counts_once_a_nurse_says_so(site: Site, patient: Patient) -> None:
    services = site.services
    follow_up = await make_follow_up(services, site.people.doctor, patient)
    site.clock.advance(timedelta(hours=2))
    for minutes, kilograms in ((0, 350.0), (10, 702.0)):
        now, made = services.clock.now() - timedelta(minutes=minutes), make_arrival(kilograms)
        doubtful = replace(made.observation, measured_at=now, quarantine=Quarantine.IMPLAUSIBLE)
        arrival = replace(made, follow_up_id=follow_up.id, device_id=UUID(int=9), observation=doubtful)
        await services.telemonitoring.ingestion.take([replace(arrival, received_at=now)])
    home, nurse = f"/surveillance/{follow_up.id}", await site.signed_in("nurse")
    page = (await nurse.get(home)).text
    assert "Poids : 350.0 kg" in plain(page)
    assert "la dernière" not in page
    keys = [html.unescape(one) for one in re.findall(r'name="mesure" value="([^"]+)"', page)]
    assert len(keys) == 2
    for wrong in (
        "[1]",
        keys[0].replace("weight", "\\u0000"),
        re.sub(r"\d{4}-\d\d-\d\dT[^\"]+", "0001-01-01T00:00+14:00", keys[0]),
    ):
        assert (await nurse.post(f"{home}/mises-de-cote", {"mesure": wrong, "reponse": "compter"})).status == 404
    counted = await nurse.post(f"{home}/mises-de-cote", {"mesure": keys[0], "reponse": "compter"})
    assert "Mesure confirmée" in counted.text
    assert "la dernière 350 kg" in plain(counted.text)
    rejected = await nurse.post(f"{home}/mises-de-cote", {"mesure": keys[1], "reponse": "ecarter"})
    assert "Mesure écartée." in rejected.text
    assert "Mesures mises de côté" not in rejected.text
    assert (await nurse.post(f"{home}/mises-de-cote", {"mesure": keys[1], "reponse": "ecarter"})).status in (404, 422)
    assert (await nurse.post(f"{home}/mises-de-cote", {"mesure": "[1]", "reponse": "ecarter"})).status == 404
    assert "left-soon" not in (await nurse.get("/surveillance/suivis")).text
    site.clock.advance(timedelta(days=3))
    nurse = await site.signed_in("nurse")
    assert "left-soon" in (await nurse.get("/surveillance/suivis")).text


async def test_a_doctor_signs_the_report_of_a_month_and_a_nurse_sees_that_it_is(site: Site, patient: Patient) -> None:
    services = site.services
    follow_up = await make_follow_up(services, site.people.doctor, patient)
    base, doctor = f"/surveillance/{follow_up.id}/rapports", await site.signed_in("doctor")
    assert "Aucun rapport encore." in (await doctor.get(base)).text
    site.clock.advance(timedelta(days=31))
    await services.telemonitoring.care.timers.run()
    doctor = await site.signed_in("colleague")
    draft = await doctor.get(base)
    assert "Rapport : 1er mois" in plain(draft.text)
    refused = await doctor.post(f"{base}/1", {"conclusion": " ", "conduite": "Peser chaque matin"})
    assert refused.status == 422
    assert "Le rapport doit comporter une conclusion." in plain(refused.text)
    assert "Peser chaque matin" in refused.text
    signed = await doctor.post(f"{base}/1", {"conclusion": "Aucune mesure reçue."})
    assert "Rapport signé et scellé." in signed.text
    pdf = re.search(r'href="(/documents/[0-9a-f-]+/pdf)"', signed.text)
    assert pdf
    opened = await doctor.client.get(pdf[1], headers={"Sec-Fetch-Site": "same-origin"})
    assert (opened.status, opened.content_type) == (200, "application/pdf")
    assert (await doctor.get(f"{base}/2")).status == 404
    correction = await doctor.client.post(f"{base}/1/apercu", data={"conclusion": "Une seule mesure reçue."})
    assert (correction.status, correction.content_type) == (200, "application/pdf")
    nurse = await site.signed_in("nurse")
    seen = await nurse.get(f"{base}/1")
    assert "Un médecin du cabinet peut l’ouvrir." in seen.text
    assert "/pdf" not in seen.text
    assert (await nurse.post(f"{base}/1", {"conclusion": "x"})).status == 403


async def test_what_is_another_practices_is_not_found(site: Site, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    home, stranger = f"/surveillance/{follow_up.id}", await site.signed_in("stranger")
    for path in (
        home,
        f"{home}/rapports",
        f"{home}/courbe?signal=weight",
        f"{home}/inscription",
        "/surveillance/nothing",
    ):
        assert (await stranger.get(path)).status == 404
    for path in ("seuils", "equipe", "dispositifs", "suspendre", "arreter", "renouveler"):
        assert (await stranger.post(f"{home}/{path}")).status == 404


async def test_papers_and_hours_of_the_practice_are_written_down(site: Site) -> None:
    base, nurse = "/surveillance/cabinet", await site.signed_in("nurse")
    assert "rien ne sera facturé" in (await nurse.get(base)).text
    paper = {"nature": "ars_declaration", "activite": "", "nom": "ARS-2026-7", "debut": "2026-01-01", "fin": ""}
    kept = await nurse.post(f"{base}/pieces", paper)
    assert "Déclaration à l’ARS : ARS-2026-7" in plain(kept.text)
    backwards = await nurse.post(f"{base}/pieces", paper | {"fin": "2025-01-01"})
    assert (backwards.status, backwards.errors) == (422, ["Une pièce se termine après son premier jour."])
    cancel = re.search(rf'action="({base}/pieces/[0-9a-f-]+/annuler)"', kept.text)
    assert cancel
    assert "Annulée" in (await nurse.post(cancel[1])).text
    hours = await nurse.post(f"{base}/horaires", {"jour_0": "8h30-12h, 14 h - 18:15"})
    assert 'value="8h30-12h, 14h-18h15"' in hours.text
    alsace = await nurse.post(f"{base}/horaires", {"jour_0": "9h-18h", "feries": "alsace_moselle"})
    assert '<option value="alsace_moselle" selected>' in alsace.text
    unknown = await nurse.post(f"{base}/horaires", {"jour_0": "9h-18h", "feries": "mayotte"})
    assert unknown.errors == ["Ce calendrier n’existe pas."]
    wrong = await nurse.post(f"{base}/horaires", {"jour_0": "tôt le matin"})
    assert wrong.errors == ["Des heures comme 9h-12h, 14h-18h30 sont attendues."]
    assert 'value="tôt le matin"' in wrong.text
