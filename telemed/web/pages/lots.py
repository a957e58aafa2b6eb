"""Envois: the lots of the professional or of the practice, the returns set aside, and one lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from billing.formats.words import organism_words
from billing.model.lot import KeptLot, LotClaim, LotFile, LotProgress
from billing.service import access
from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.patients.model import Patient
from telemed.web import claim_words, lot_words
from telemed.web.pages.claims import patient_name
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.claims import LifeEvent
from telemed.web.views.lots import LotClaimLine, LotLine, LotsView, LotView

pages = Pages()
READERS = only(*access.READERS)
_PATH = "/facturation/envois"
_PAGE, _ASIDE_PAGE, _CLAIMS_PAGE = 50, 10, 100
_MOST_RETURNS = 200


@pages.get(_PATH, READERS)
async def show_lots(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing/lots")
    lots, caller = visitor.services.lots, visitor.known
    after, aside_after = visitor.cursor(), _identifier(visitor.request.query.get("retours", ""))
    found = await lots.page(caller, limit=_PAGE + 1, after=after)
    aside = await lots.anomalies(caller, limit=_ASIDE_PAGE + 1, after=aside_after)
    shown, set_aside = found[:_PAGE], aside[:_ASIDE_PAGE]
    progress, doctors = await lots.progress(caller, shown), await _doctors(visitor)
    opens = _opens_claims(visitor)
    view = LotsView(
        aside=tuple(lot_words.aside_line(one, claims_open=opens) for one in set_aside),
        lines=tuple(_line(visitor, place, lot, progress[lot.id], doctors) for lot in shown),
        has_caisse=lots.is_configured,
        opens_claims=opens,
        next_page=_address(visitor, apres=str(shown[-1].id)) if len(found) > _PAGE else "",
        first_page=_address(visitor, apres="") if after else "",
        aside_next=_address(visitor, retours=str(set_aside[-1].id)) if len(aside) > _ASIDE_PAGE else "",
        aside_first=_address(visitor, retours="") if aside_after else "",
    )
    return visitor.render("professional/lots.html", place.frame, view)


@pages.get(f"{_PATH}/{{id}}", READERS)
async def show_lot(visitor: Visitor) -> web.Response:
    lot_id = _identifier(visitor.request.match_info["id"])
    if lot_id is None:
        raise web.HTTPNotFound
    place = await open_workplace(visitor, "billing/lots")
    lots, caller = visitor.services.lots, visitor.known
    file = await lots.get(caller, lot_id)
    after = _number(visitor.request.query.get("apres", ""))
    claims = await lots.claims(caller, lot_id, limit=_CLAIMS_PAGE + 1, after=after)
    shown, progress = claims[:_CLAIMS_PAGE], (await lots.progress(caller, [file.lot]))[lot_id]
    lot, here = file.lot, f"{_PATH}/{lot_id}"
    view = LotView(
        number=lot.number,
        organism=organism_words(lot.organism),
        invoices=lot.fse_count,
        cents=lot.total_cents,
        digest=lot.sha256,
        made_at=lot.made_at,
        stage=lot_words.STAGES[lot.standing.stage],
        awaited=lot_words.awaited(lot, progress, place.frame.today, has_caisse=lots.is_configured),
        issuer=(await _doctors(visitor)).get(lot.professional_id, f"RPPS {lot.issuer_rpps}"),
        keep_until=lot.standing.keep_until,
        life=_life(file),
        claims=await _claim_lines(visitor, shown),
        arl_at=progress.arl_at,
        purged_at=lot.purged_at,
        has_more_returns=len(file.returns) >= _MOST_RETURNS,
        next_page=f"{here}?apres={shown[-1].fse_number}" if len(claims) > _CLAIMS_PAGE else "",
        first_page=here if after is not None else "",
    )
    return visitor.render("professional/lot.html", place.frame, view)


def _opens_claims(visitor: Visitor) -> bool:
    return visitor.known.has_role(Role.DOCTOR, Role.SECRETARY)


async def _doctors(visitor: Visitor) -> Mapping[UUID, str]:
    """The names of those who bill in the practice, for its office; the others see their own lots alone."""
    if not visitor.known.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
        return {}
    return {one.id: one.full_name for one in await visitor.services.professionals.page(visitor.known, limit=200)}


def _line(
    visitor: Visitor, place: Workplace, lot: KeptLot, progress: LotProgress, doctors: Mapping[UUID, str]
) -> LotLine:
    has_caisse = visitor.services.lots.is_configured
    return LotLine(
        address=f"{_PATH}/{lot.id}",
        number=lot.number,
        organism=organism_words(lot.organism),
        invoices=lot.fse_count,
        cents=lot.total_cents,
        digest=lot_words.digest_words(lot.sha256),
        made_at=lot.made_at,
        stage=lot_words.STAGES[lot.standing.stage],
        awaited=lot_words.awaited(lot, progress, place.frame.today, has_caisse=has_caisse),
        arl_at=progress.arl_at,
        doctor=doctors.get(lot.professional_id, ""),
    )


def _life(file: LotFile) -> tuple[LifeEvent, ...]:
    """Its making, its attempts and its returns, the oldest first."""
    made = LifeEvent(file.lot.made_at, "Lot scellé", "Numéroté et signé : il ne change plus.")
    attempts = [lot_words.attempt_event(attempt) for attempt in file.attempts]
    returns = [lot_words.return_event(kept) for kept in reversed(file.returns)]
    return (made, *sorted((*attempts, *returns), key=lambda event: event.at))


async def _claim_lines(visitor: Visitor, claims: Sequence[LotClaim]) -> tuple[LotClaimLine, ...]:
    """The FSEs of a lot; patients are named to whom the desk names them."""
    opens, people = _opens_claims(visitor), dict[UUID, Patient]()
    if opens:
        ids = [one.standing.patient_id for one in claims]
        people = await visitor.services.patients.names(visitor.known, ids)
    return tuple(
        LotClaimLine(
            number=one.fse_number,
            held_on=one.standing.day,
            code=one.standing.code or "",
            cents=one.standing.amount_cents,
            stage=claim_words.stage_badge(one.standing.stage),
            patient=patient_name(people.get(one.standing.patient_id)) if opens else "",
            address=f"/facturation/{one.standing.claim_id}" if opens else "",
        )
        for one in claims
    )


def _address(visitor: Visitor, **changes: str) -> str:
    """This page, with one of its two lists turned."""
    query = {name: visitor.request.query.get(name, "") for name in ("apres", "retours")} | changes
    kept = {name: value for name, value in query.items() if value}
    return f"{_PATH}?{urlencode(kept)}" if kept else _PATH


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """The FSE after which the list goes on; None for its beginning, and for what is no such number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
