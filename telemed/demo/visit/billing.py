"""From the proposal to the payment: the rights of the patient, the invoice, its lot, what the caisse answers."""

from __future__ import annotations

from typing import Any

from telemed.adapters.caisse.reception import Reception
from telemed.demo.steps import Steps
from telemed.demo.window import Window
from telemed.kernel.money import format_euros


async def bill_visit(
    steps: Steps, *, secretary: Window, doctor: Window, claim: dict[str, Any], rights: dict[str, Any]
) -> list[dict[str, Any]]:
    """The life of each of the doctor's claims, once this one is paid. Raises StepFailed."""
    path = f"/billing/claims/{claim['id']}"
    async with steps.step("Droits du patient, lus par le secrétariat") as step:
        await secretary.put(f"/billing/patients/{claim['patient_id']}/insurance", rights)
        plan = await doctor.get(f"{path}/plan")
        step.result = f"part obligatoire {format_euros(plan['amo_cents'])}, {plan['mode']}"
    async with steps.step("Feuille de soins électronique") as step:
        standing = (await doctor.post(f"{path}/invoice", {}))["standing"]
        step.result = f"{standing['code']} {format_euros(standing['charged_cents'])}, organisme {standing['organism']}"
    async with steps.step("Lot signé, envoyé à la caisse ; ARL et RSP reçus") as step:
        await doctor.post("/billing/lots/send")
        life = await doctor.get(f"{path}/life")
        if life["standing"]["stage"] != "paid":
            raise ValueError(f"la facture en est à « {life['standing']['stage']} »")
        step.result = ", ".join(one["happening"] for one in life["steps"])
    page = await doctor.get("/billing/standings", limit="100")
    return [await doctor.get(f"/billing/claims/{one['claim_id']}/life") for one in page["items"]]


def lot_of(caisse: Reception | None) -> bytes:
    """The bytes of the lot that the caisse received last."""
    if caisse is None or not caisse.deliveries:
        raise ValueError("la caisse n'a reçu aucun lot")
    return caisse.deliveries[-1].text
