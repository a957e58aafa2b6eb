"""What the nurse and the expert do, one step after the other, each through a window of their own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telemed.demo.letterbox import DemoAccount
from telemed.demo.opinion.photo import take_photo
from telemed.demo.steps import Steps, size, until
from telemed.demo.window import Window
from telemed.kernel.clock import Clock, Territory
from telemed.kernel.money import format_euros
from telemed.web.french import format_left

_DERMATOLOGY = "G15_10/SM15"
_REQUEST: dict[str, Any] = {
    "question": "Quel pansement pour cet ulcère de jambe qui ne bourgeonne plus depuis dix jours ?",
    "urgency": "48_hours",
    "specialty_code": _DERMATOLOGY,
    "skill": "Plaies et cicatrisation",
    "administrative": {"setting": "home"},
    "medical": {
        "history": "Insuffisance veineuse, hypertension traitée.",
        "findings": "Ulcère de 4 cm, fibrineux à 60 %, peu exsudatif, douleur 3 sur 10 au soin.",
    },
}
_OPINION: dict[str, Any] = {
    "conclusion": "Ulcère veineux à prédominance fibrineuse, sans signe d'infection sur la photo.",
    "conduct": "Alginate changé tous les deux jours après détersion, compression multicouche poursuivie. "
    "Nouvelle photo dans quinze jours.",
    "urgency": "weeks",
    "avoided_consultation": True,
    "prescribed": [{"kind": "care", "text": "Pansement à l'alginate, tous les deux jours, quinze jours."}],
    "incidents": "",
}


@dataclass(frozen=True)
class Players:
    """Where the story is played and by whom; `experts` are accounts by professional id."""

    base_url: str
    clock: Clock
    nurse: DemoAccount
    experts: dict[str, DemoAccount]
    patient_id: str


@dataclass
class OpinionPapers:
    """What the story leaves behind, as it came over HTTP."""

    request_cda: bytes = b""
    report_cda: bytes = b""
    report_pdf: bytes = b""
    matching: dict[str, Any] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)


class OpinionStory:
    """One request under way, from the question to the two claims."""

    def __init__(self, players: Players, steps: Steps, stack: AsyncExitStack) -> None:
        self._players = players
        self._steps = steps
        self._stack = stack
        self.papers = OpinionPapers()
        self._case = ""

    async def play(self) -> None:
        """Every step in order. Raises StepFailed."""
        await self._ask()
        await self._choose()
        await self._answer()
        await self._collect()

    async def _ask(self) -> None:
        async with self._steps.step("Avis : l'infirmière se connecte, le patient est d'accord") as step:
            self._nurse = await self._enter(self._players.nurse)
            case = await self._nurse.post("/teleexpertises", _REQUEST | {"patient_id": self._players.patient_id})
            self._case = f"/teleexpertises/{case['id']}"
            self._act = case["id"]
            spoken = {"patient_id": self._players.patient_id, "act_kind": "teleexpertise", "act_id": case["id"]}
            await self._nurse.post("/consents", spoken | {"decision": "given"})
            step.result = f"demande {case['id']}"
        async with self._steps.step("Avis : photo jointe, chiffrée, débarrassée de son lieu") as step:
            photo = take_photo()
            announced = await self._nurse.post(f"{self._case}/attachments", {"name": "jambe.jpg", "length": len(photo)})
            await self._nurse.send(f"/attachments/{announced['id']}", photo)
            shown = await until(lambda: self._shown(announced["id"]), "la copie à montrer n'est pas venue")
            if b"Exif" in shown:
                raise ValueError("la copie à montrer garde des métadonnées")
            step.result = f"{size(photo)} envoyés, copie de {size(shown)}"

    async def _choose(self) -> None:
        async with self._steps.step("Avis : qui peut répondre, et pourquoi") as step:
            self.papers.matching = await self._nurse.post(f"{self._case}/proposals", {})
            proposals = self.papers.matching["proposals"]
            first = proposals[0]["person"]
            step.result = f"{len(proposals)} sur {self.papers.matching['searched']}, d'abord {first['full_name']}"
        async with self._steps.step("Avis : demande envoyée au premier proposé") as step:
            self._expert_id = str(first["id"])
            sent = await self._nurse.post(f"{self._case}/sending", {"colleague_ids": [self._expert_id]})
            deadline = datetime.fromisoformat(sent["teleexpertise"]["deadline"])
            left = format_left(deadline, self._players.clock.now(), Territory.METROPOLE.zone)
            step.result = f"réponse attendue {left}"

    async def _answer(self) -> None:
        async with self._steps.step("Avis : l'expert ouvre, demande un complément, l'obtient, accepte") as step:
            self._expert = await self._enter(self._players.experts[self._expert_id])
            await self._expert.post(f"{self._case}/sight")
            await self._expert.post(f"{self._case}/question", {"text": "Depuis quand la compression est-elle posée ?"})
            await self._nurse.post(f"{self._case}/information", {"text": "Depuis trois semaines, bien supportée."})
            accepted = await self._expert.post(f"{self._case}/acceptance")
            step.result = str(accepted["teleexpertise"]["state"])
        async with self._steps.step("Avis : réponse écrite et signée") as step:
            draft = await self._expert.put(f"{self._case}/opinion", {"revision": 0, **_OPINION})
            await self._expert.post(f"{self._case}/opinion/signature", {"revision": draft["revision"]})
            closed = await self._nurse.post(f"{self._case}/closure")
            step.result = str(closed["state"])

    async def _collect(self) -> None:
        async with self._steps.step("Avis : demande et compte rendu, scellés vérifiés") as step:
            listed = (await self._nurse.get(f"{self._case}/documents"))["items"]
            request = _of_kind(listed, "teleexpertise_request")
            report = _of_kind(listed, "teleexpertise_report")
            self.papers.request_cda = await self._nurse.download(f"/documents/{request}/cda")
            self.papers.report_cda = await self._nurse.download(f"/documents/{report}/cda")
            self.papers.report_pdf = await self._nurse.download(f"/documents/{report}/pdf")
            verdicts = [await self._nurse.get(f"/documents/{one}/verification") for one in (request, report)]
            if not all(verdict["is_intact"] for verdict in verdicts):
                raise ValueError("le scellé d'un document ne se vérifie pas")
            step.result = f"PDF/A {size(self.papers.report_pdf)}"
        async with self._steps.step("Avis : les deux facturations") as step:
            self.papers.claims = [await self._claim_of(window) for window in (self._expert, self._nurse)]
            step.result = ", ".join(_told(claim) for claim in self.papers.claims)

    async def _enter(self, account: DemoAccount) -> Window:
        """A window of somebody signed in with password and one-time code."""
        window = await self._stack.enter_async_context(Window(self._players.base_url))
        code = account.code(self._players.clock)
        await window.post("/session", {"login": account.login, "password": account.password, "code": code})
        return window

    async def _shown(self, attachment_id: str) -> bytes | None:
        joined = await self._nurse.get(f"/attachments/{attachment_id}")
        return await self._nurse.download(joined["shown_url"]) if joined["shown_url"] else None

    async def _claim_of(self, window: Window) -> dict[str, Any]:
        """What billing proposes to this person for the request, once the outbox has brought it there."""

        async def look() -> dict[str, Any] | None:
            page = await window.get("/billing/claims")
            return next((claim for claim in page["items"] if claim["act_id"] == self._act), None)

        return await until(look, "une proposition de facturation n'est pas arrivée")


def _of_kind(documents: list[dict[str, Any]], kind: str) -> str:
    return next(str(one["id"]) for one in documents if one["kind"] == kind)


def _told(claim: dict[str, Any]) -> str:
    cents = claim["amount_cents"]
    return f"{claim['code'] or 'aucun code'} {'à compléter' if cents is None else format_euros(cents)}"
