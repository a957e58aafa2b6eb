"""HTTP of quotas."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.routes.claims import READERS
from billing.schemas.cap import Year
from billing.schemas.quotas import PatientQuotas
from billing.service.quota_reading import QuotaReader
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

QUOTAS = web.AppKey("quotas", QuotaReader)
operations = Operations("billing")


@operations.get("/billing/quotas", access=READERS, errors=(404,))
async def get_quotas(
    request: web.Request,
    caller: Caller,
    *,
    patient_id: UUID,
    year: Year | None = None,
    professional_id: UUID | None = None,
) -> PatientQuotas:
    """Show what is left of a patient's yearly quotas of télé-expertise: TE2 of a requis, RQD of a requérant.

    The caller's own without `professional_id`, which a secretary and an administrator give for a professional of
    their practice; this year without `year`. Records merged into one person count together.
    """
    reader = request.app[QUOTAS]
    asked, standings = await reader.read(caller, patient_id=patient_id, year=year, professional_id=professional_id)
    return PatientQuotas.of(patient_id, asked, reader.scope, standings)
