"""What the four people of the visit do, one step after the other, each through a window of their own."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from signaling.client import RoomClient
from telemed.demo.letterbox import DemoAccount, Letterbox, find_link
from telemed.demo.steps import Steps, size, until
from telemed.demo.visit.billing import bill_visit, lot_of
from telemed.demo.visit.peer import CallPeer
from telemed.demo.window import Window
from telemed.kernel.clock import Clock
from telemed.kernel.money import format_euros

VIDEO_SECONDS = 5.0
AWAY_SECONDS = 4.0
_PATIENCE_SECONDS = 15.0
_REPORT: dict[str, Any] = {
    "reason": "Renouvellement de traitement et vertiges.",
    "findings": "Vertiges positionnels brefs, depuis huit jours. Tension 13/8 ce matin. Pas de signe de gravité.",
    "conclusion": "Vertige positionnel probable, hypertension équilibrée.",
    "plan": "Manœuvres libératoires au cabinet cette semaine. Rappel immédiat si céphalée ou trouble de la parole.",
    "prescribed": [{"kind": "drug", "text": "Traitement habituel renouvelé pour trois mois."}],
    "visibility": [],
    "coverage": {
        "follows_pathway": True,
        "is_within_territory": True,
        "alternates": True,
        "is_tiers_payant": True,
    },
}


@dataclass(frozen=True)
class Stage:
    """Where the visit is played: the service's address, its letterbox, and who plays."""

    base_url: str
    letterbox: Letterbox
    clock: Clock
    doctor: DemoAccount
    secretary: DemoAccount
    auditor: DemoAccount
    doctor_id: str
    patient_id: str
    patient_born_on: date
    patient_phone: str
    patient_rights: dict[str, Any]


@dataclass
class Papers:
    """What the visit leaves behind, as it came over HTTP."""

    pdf: bytes = b""
    cda: bytes = b""
    claim: dict[str, Any] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    lot: bytes = b""
    continuity: dict[str, Any] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)


class Visit:
    """One visit under way. Windows, lines and peers close with `stack`."""

    def __init__(self, stage: Stage, steps: Steps, stack: AsyncExitStack) -> None:
        self._stage = stage
        self._steps = steps
        self._stack = stack
        self.papers = Papers()
        self._act = ""

    async def play(self) -> None:
        """Every step in order. Raises StepFailed."""
        await self._book()
        await self._follow_the_link()
        await self._meet()
        await self._finish_and_sign()
        await self._collect()

    async def _book(self) -> None:
        stage = self._stage
        async with self._steps.step("Connexion du secrétariat") as step:
            self._secretary = await self._window()
            step.result = await self._sign_in(self._secretary, stage.secretary)
        async with self._steps.step("Rendez-vous, lien demandé par SMS") as step:
            starts_at = (stage.clock.now() + timedelta(minutes=2)).replace(second=0, microsecond=0)
            booked = await self._secretary.post(
                "/teleconsultations",
                {
                    "professional_id": stage.doctor_id,
                    "patient_id": stage.patient_id,
                    "slot": {"starts_at": starts_at.isoformat(), "minutes": 15},
                    "motive": "Renouvellement et vertiges",
                    "send_link": "sms",
                },
            )
            self._act = booked["teleconsultation"]["id"]
            step.result = f"acte {self._act}"
        async with self._steps.step("SMS reçu de l'opérateur") as step:
            text = await until(self._received_text, "aucun SMS n'est arrivé")
            link = find_link(text)
            if link is None:
                raise ValueError("le SMS ne contient pas de lien")
            self._token = link.rpartition("/")[2]
            step.result = f"{len(text)} caractères, sans donnée de santé"

    async def _follow_the_link(self) -> None:
        stage = self._stage
        async with self._steps.step("Lien ouvert par le patient, date de naissance") as step:
            self._patient = await self._window()
            opened = {"token": self._token, "birth_date": stage.patient_born_on.isoformat()}
            visit = await self._patient.post("/visit/session", opened)
            step.result = f"attendu par {visit['professional_name']}"
        async with self._steps.step("Accord, identité, lieu et téléphone, caméra") as step:
            wording = await self._patient.get("/consent-wordings/teleconsultation")
            given = {"decision": "given", "wording_sha256": wording["sha256"]}
            await self._patient.post("/visit/consent", given)
            await self._patient.put("/visit/traits", {"answer": "confirmed"})
            place = {"kind": "home", "description": "8 rue du Change, Tours, 2e étage", "phone": stage.patient_phone}
            await self._patient.put("/visit/place", place)
            checked = await self._patient.put(
                "/visit/devices", {"camera": "good", "microphone": "good", "network": "good"}
            )
            step.result = f"prochaine étape : {checked['step']}"
        async with self._steps.step("Salle d'attente") as step:
            visit = await self._patient.post("/visit/arrival")
            self._patient_line = await self._enter(self._patient, "/visit/room-token")
            step.result = f"position {visit['wait']['position']}" if visit.get("wait") else ""

    async def _meet(self) -> None:
        async with self._steps.step("Connexion du médecin") as step:
            self._doctor = await self._window()
            step.result = await self._sign_in(self._doctor, self._stage.doctor)
        async with self._steps.step("Admission"):
            line = await self._enter(self._doctor, f"/teleconsultations/{self._act}/room-token")
            await self._doctor.post(f"/teleconsultations/{self._act}/admission")
            clock = self._stage.clock
            self._doctor_peer = await self._stack.enter_async_context(CallPeer(line, clock))
            self._patient_peer = await self._stack.enter_async_context(CallPeer(self._patient_line, clock))
        async with self._steps.step("Première image, de chaque côté") as step:
            for peer in (self._doctor_peer, self._patient_peer):
                await asyncio.wait_for(peer.received.first.wait(), _PATIENCE_SECONDS)
            step.result = "directement d'un poste à l'autre"
        async with self._steps.step(f"Vidéo pendant {VIDEO_SECONDS:.0f} s, dans chaque sens") as step:
            await self._see_each_other(VIDEO_SECONDS)
            step.result = self._counts()
        async with self._steps.step(f"Réseau du patient coupé {AWAY_SECONDS:.0f} s, visite reprise") as step:
            await self._patient_peer.lose_network(AWAY_SECONDS)
            await self._see_each_other(VIDEO_SECONDS + 2)
            step.result = self._counts()

    async def _finish_and_sign(self) -> None:
        act = f"/teleconsultations/{self._act}"
        async with self._steps.step("Contrôle d'identité, notes"):
            await self._doctor.put(f"{act}/identity-check", {"method": "traits_stated"})
            notes = "Vertiges positionnels brefs. Tension 13/8 ce matin. Pas de signe de gravité."
            await self._doctor.put(f"{act}/notes", {"notes": notes})
        async with self._steps.step("Fin de l'appel, décidée par le médecin") as step:
            finished = await self._doctor.post(f"{act}/finish", {"reason": "completed"})
            step.result = finished["state"]
        async with self._steps.step("Compte rendu relu et complété") as step:
            draft = await self._doctor.get(f"{act}/report")
            report = await self._doctor.put(f"{act}/report", {"revision": draft["revision"], **_REPORT})
            if not report["is_ready"]:
                raise ValueError(" ".join(reason["text"] for reason in report["refusals"]))
            preview = await self._doctor.download(f"{act}/report/preview")
            step.result = f"incidents repris : {'; '.join(report['incidents'])} ; aperçu de {size(preview)}"
        async with self._steps.step("Signature du médecin") as step:
            signed = await self._doctor.post(f"{act}/report/signature", {"revision": report["revision"]})
            self._document = f"/documents/{signed['document_id']}"
            step.result = f"version {signed['version']}, empreinte {signed['content_sha256'][:16]}…"

    async def _collect(self) -> None:
        act = f"/teleconsultations/{self._act}"
        async with self._steps.step("Document signé relu, scellé vérifié") as step:
            self.papers.pdf = await self._doctor.download(f"{self._document}/pdf")
            self.papers.cda = await self._doctor.download(f"{self._document}/cda")
            verified = await self._doctor.get(f"{self._document}/verification")
            if not verified["is_intact"]:
                raise ValueError("le scellé du document ne se vérifie pas")
            step.result = f"PDF/A {size(self.papers.pdf)}, CDA {size(self.papers.cda)}"
        async with self._steps.step("Proposition de facturation") as step:
            self.papers.claim = await until(self._find_claim, "aucune proposition n'est arrivée")
            step.result = _proposed(self.papers.claim)
        self.papers.claims = await bill_visit(
            self._steps,
            secretary=self._secretary,
            doctor=self._doctor,
            claim=self.papers.claim,
            rights=self._stage.patient_rights,
        )
        self.papers.lot = lot_of(self._stage.letterbox.caisse)
        async with self._steps.step("Registre de continuité") as step:
            self.papers.continuity = await self._doctor.get(f"{act}/continuity")
            step.result = _told(self.papers.continuity)
        async with self._steps.step("Trace lue par l'auditeur, chaîne vérifiée") as step:
            auditor = await self._window()
            await self._sign_in(auditor, self._stage.auditor)
            self.papers.trace = await _all_pages(auditor, "/trace")
            verdict = await auditor.post("/trace/verification")
            if not verdict["is_intact"]:
                raise ValueError(f"la chaîne est rompue : {verdict['reason']}")
            step.result = f"{verdict['entries']} entrées"

    async def _window(self) -> Window:
        return await self._stack.enter_async_context(Window(self._stage.base_url))

    async def _sign_in(self, window: Window, account: DemoAccount) -> str:
        """Password and one-time code; gives the name that the service knows."""
        body = {"login": account.login, "password": account.password, "code": account.code(self._stage.clock)}
        signed_in = await window.post("/session", body)
        return str(signed_in["professional"]["full_name"])

    async def _enter(self, window: Window, path: str) -> RoomClient:
        """Take the seat that this window has a right to, in the room's socket."""

        async def token() -> str:
            return str((await window.post(path))["token"])

        line = RoomClient(window.session, f"{self._stage.base_url}/rooms/socket", get_token=token)
        return await self._stack.enter_async_context(line)

    async def _see_each_other(self, seconds: float) -> None:
        for peer in (self._doctor_peer, self._patient_peer):
            await peer.received.reach(seconds, patience_seconds=seconds + _PATIENCE_SECONDS)

    def _counts(self) -> str:
        doctor, patient = self._doctor_peer.received, self._patient_peer.received
        return (
            f"médecin {doctor.pictures} images en {doctor.seconds:.1f} s, "
            f"patient {patient.pictures} images en {patient.seconds:.1f} s"
        )

    async def _received_text(self) -> str | None:
        messages = self._stage.letterbox.gateway.messages
        return next((message.text for message in messages if message.to == self._stage.patient_phone), None)

    async def _find_claim(self) -> dict[str, Any] | None:
        """The entry of this act, once the outbox has brought it to billing."""
        page = await self._doctor.get("/billing/claims")
        return next((claim for claim in page["items"] if claim["act_id"] == self._act), None)


def _told(continuity: dict[str, Any]) -> str:
    incidents = "; ".join(incident["sentence"] for incident in continuity["incidents"])
    return f"vidéo {continuity['media_seconds']} s, {continuity['interruptions']} interruption(s) : {incidents}"


def _proposed(claim: dict[str, Any]) -> str:
    cents = claim["amount_cents"]
    amount = "montant à préciser" if cents is None else format_euros(cents)
    return f"{claim['code'] or 'aucun code'}, {amount}, {claim['state']}"


async def _all_pages(window: Window, path: str) -> list[dict[str, Any]]:
    """Every item of a paged list."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await window.get(path, limit="100", **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
    return items
