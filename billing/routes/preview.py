"""HTTP of questions to billing, and of accompaniments."""

from __future__ import annotations

from aiohttp import web

from billing.routes.claims import READERS
from billing.schemas.claims import ClaimEntry
from billing.schemas.preview import AccompanimentDeclaration, Ask, PreviewAnswer
from billing.service.accompaniments import AccompanimentService
from billing.service.preview import PreviewService
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

PREVIEW = web.AppKey("preview", PreviewService)
ACCOMPANIMENTS = web.AppKey("accompaniments", AccompanimentService)
operations = Operations("billing")


@operations.post("/billing/preview", access=READERS, errors=(404,))
async def preview(request: web.Request, caller: Caller, *, body: Ask) -> PreviewAnswer:
    """Ask “may I bill this, and what?”, before the act or after it; nothing is kept or taken.

    The answer lists every refusal with its text and the numbers compared, under the law of the day of the act.
    """
    return PreviewAnswer.of(await request.app[PREVIEW].answer(caller, body.to_question()))


@operations.post("/billing/accompaniments", access=READERS, errors=(404,))
async def declare_accompaniment(request: web.Request, caller: Caller, *, body: AccompanimentDeclaration) -> ClaimEntry:
    """Declare the nurse or the pharmacist beside the patient of a closed téléconsultation; gives the claim.

    The same declaration again changes nothing; a different one of the same professional supersedes it.
    """
    claim = await request.app[ACCOMPANIMENTS].declare(
        caller,
        teleconsultation_id=body.teleconsultation_id,
        professional_id=body.professional_id,
        setting=body.setting,
        done_at=body.done_at,
        uses_smartphone=body.uses_smartphone,
    )
    return ClaimEntry.of(claim)
