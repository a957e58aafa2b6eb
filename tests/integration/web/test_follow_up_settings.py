"""The settings of a follow-up that lasts: silence, equipment, increased forfait."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from telemed.acts.telemonitoring.model.care import EndReason
from telemed.patients.model import Patient
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.web.conftest import Site, plain

pytestmark = pytest.mark.asyncio


def version_of(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found
    return found[1]


async def test_a_doctor_changes_silence_within_what_the_text_allows_and_each_change_is_kept(
    site: Site, patient: Patient
) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient, pathway="diabete")
    home, doctor = f"/surveillance/{follow_up.id}", await site.signed_in("doctor")
    assert "prévenue après 7 jours sans données. CORDIVA, Exploitant Santé." in plain((await doctor.get(home)).text)
    base = f"{home}/reglages"
    page = await doctor.get(base)
    assert "7 jours au plus pour ce parcours" in plain(page.text)
    typed = {"version": version_of(page.text), "silence": "3", "motif": "Débute sa pompe"}
    for wrong, said in (
        ({"silence": "8"}, "L’alerte de non-transmission vient au plus tard après 7 jours"),
        ({"silence": "0"}, "L’alerte de non-transmission vient au plus tard après 7 jours"),
        ({"silence": "jamais"}, "Un nombre entier est attendu."),
        ({"motif": " "}, "À remplir."),
        ({"version": "1"}, "Ce suivi a changé entre-temps"),
    ):
        refused = await doctor.post(f"{base}/silence", typed | wrong)
        assert (refused.status, refused.errors[0].startswith(said)) == (422, True), refused.errors
    changed = await doctor.post(f"{base}/silence", typed)
    assert "Délai changé" in changed.text
    assert "3 jours au lieu de 7" in plain(changed.text)
    assert "Débute sa pompe" in changed.text
    again = await doctor.post(f"{base}/silence", typed | {"version": version_of(changed.text)})
    assert plain(again.text).count("au lieu de") == 1
    nurse = await site.signed_in("nurse")
    assert "Un médecin du cabinet peut le changer." in (await nurse.get(base)).text
    assert (await nurse.post(f"{base}/silence", typed)).status == 403
    history = await site.services.telemonitoring.care.thresholds.silences(site.people.nurse, follow_up.id)
    assert [(one.former_days, one.days, one.reason) for one in history] == [(7, 3, "Débute sa pompe")]
    stranger = await site.signed_in("stranger")
    assert (await stranger.get(base)).status == 404


async def test_what_the_follow_up_is_done_with_changes_while_it_is_enough(site: Site, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    base, nurse = f"/surveillance/{follow_up.id}/reglages", await site.signed_in("nurse")
    page = await nurse.get(base)
    assert 'value="CORDIVA"' in page.text
    typed = {"version": version_of(page.text), "dmn": "SATELIA", "exploitant": "Autre"}
    nothing = await nurse.post(f"{base}/equipement", typed)
    assert nothing.status == 422
    assert "Poids" in nothing.errors[0]
    assert 'id="saisis-erreur"' in nothing.text
    assert 'value="SATELIA"' in nothing.text
    kept = await nurse.post(f"{base}/equipement", typed | {"saisis": "weight", "tiers_payant": "oui"})
    assert (kept.path, 'value="SATELIA"' in kept.text) == (base, True)
    saved = await site.services.telemonitoring.follow_ups.get(site.people.nurse, follow_up.id)
    assert (saved.plan.exploitant, saved.plan.is_tiers_payant) == ("Autre", True)
    closed = "Aucun texte n’ouvre de forfait majoré"
    assert closed not in kept.text
    dialysis = await make_follow_up(site.services, site.people.doctor, patient, pathway="insuffisance_renale_dialyse")
    assert closed in (await nurse.get(f"/surveillance/{dialysis.id}/reglages")).text


async def test_the_increased_forfait_is_asked_for_with_its_grounds_and_its_outcome_is_shown(
    site: Site, patient: Patient
) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    base, doctor = f"/surveillance/{follow_up.id}/reglages", await site.signed_in("doctor")
    page = await doctor.get(base)
    assert "6 mois de suite au plus, renouvelable une fois" in plain(page.text)
    assert "Arrêté du 21 décembre 2023" in page.text
    assert "Majoré, niveau 1 : 56,00 € par mois" in plain(page.text)
    for form, said in (
        ({}, "À remplir."),
        ({"niveau": "1"}, "Le forfait majoré suppose un critère de l’arrêté."),
        ({"niveau": "1", "criteres": "<b>"}, "Des numéros de l’arrêté comme III-1, III-2 sont attendus."),
    ):
        refused = await doctor.post(f"{base}/forfait", form)
        assert (refused.status, refused.errors) == (422, [said])
    asked = await doctor.post(f"{base}/forfait", {"niveau": "1", "criteres": "III-1, III-2"})
    assert "Majoré, niveau 1, à partir du 1er mois" in plain(asked.text)
    assert "Critères de l’arrêté : III-1, III-2" in plain(asked.text)
    site.clock.advance(timedelta(days=31))
    await site.services.telemonitoring.care.timers.run()
    await site.deliver()
    doctor = await site.signed_in("doctor")
    over = await doctor.get(base)
    assert "Ce qui en est résulté" in over.text
    assert re.search(r'<a href="/facturation/[0-9a-f-]{36}">1er mois</a>', over.text)
    await site.services.telemonitoring.follow_ups.stop(
        site.people.doctor, follow_up.id, end_reason=EndReason.GOAL_REACHED, reason=""
    )
    late = await doctor.post(f"{base}/forfait", {"niveau": "0"})
    assert late.errors == ["Ce suivi n’a pas commencé ou est terminé."]
