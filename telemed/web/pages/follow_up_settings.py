"""What is set for one follow-up while it lasts: silence, equipment, increased forfait; each with what the law asks."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.care import FollowUp, PaperKind, Plan
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.observation import SignalKind
from telemed.acts.telemonitoring.model.pathway import PathwayVersion
from telemed.acts.telemonitoring.model.rights import Right, has_right
from telemed.acts.telemonitoring.service.follow_ups import Equipment
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, french
from telemed.web.pages.follow_up_cards import UNKNOWN
from telemed.web.pages.follow_up_draft import follow_up_id_of
from telemed.web.pages.follow_ups import CARER, pathway_label
from telemed.web.pages.increase_card import increase_card, people_names
from telemed.web.pages.keying import Desk, open_desk
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.follow_up_settings import SettingsView, SilenceLine
from telemed.web.views.frame import NOTHING_TYPED, Choice, Form

pages = Pages()
_BASE = "/surveillance/{id}/reglages"
_GROUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")
_FIELDS = {"hand_signals": "saisis", "grounds": "criteres"}
Gesture = Callable[[Form], Awaitable[None]]


class SilenceForm(forms.FormModel):
    version: int
    silence: int
    motif: Annotated[str, Field(min_length=1, max_length=500)]


class EquipmentForm(forms.FormModel):
    version: int
    dmn: Annotated[str, Field(max_length=200)] = ""
    exploitant: Annotated[str, Field(max_length=200)] = ""
    saisis: str = ""
    tiers_payant: str = ""


class IncreaseForm(forms.FormModel):
    niveau: Annotated[int, Field(ge=0, le=2)]
    criteres: Annotated[str, Field(max_length=200)] = ""
    renouveler: str = ""


@pages.get(_BASE, CARER)
async def show_settings(visitor: Visitor) -> web.Response:
    desk = await open_desk(visitor)
    if desk.follow_up.state is FollowUpState.DRAFT:
        return visitor.go(f"{desk.base}/inscription")
    return await _show(visitor, desk)


@pages.post(f"{_BASE}/silence", CARER)
async def set_silence(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> None:
        typed = forms.read(SilenceForm, form)
        thresholds = visitor.services.telemonitoring.thresholds
        await thresholds.set_silence(
            visitor.known, follow_up_id_of(visitor), days=typed.silence, version=typed.version, reason=typed.motif
        )

    return await _do(visitor, gesture, "silence", "silence-set")


@pages.post(f"{_BASE}/equipement", CARER)
async def set_equipment(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> None:
        typed = forms.read(EquipmentForm, form)
        signals = frozenset(filter(None, typed.saisis.split(",")))
        equipment = Equipment(typed.dmn, typed.exploitant, signals, bool(typed.tiers_payant))
        service = visitor.services.telemonitoring.follow_ups
        await service.equip(visitor.known, follow_up_id_of(visitor), equipment, version=typed.version)

    return await _do(visitor, gesture, "saisis", "saved")


@pages.post(f"{_BASE}/forfait", CARER)
async def ask_increase(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> None:
        typed, answers = forms.read(IncreaseForm, form), forms.Answers(form)
        grounds = answers.optional("criteres", _read_grounds) or ()
        answers.check()
        increases = visitor.services.telemonitoring.increases
        await increases.ask(
            visitor.known,
            follow_up_id_of(visitor),
            level=typed.niveau,
            grounds=grounds,
            is_renewal=bool(typed.renouveler),
        )

    return await _do(visitor, gesture, "niveau", "increase-asked")


def _read_grounds(text: str) -> tuple[str, ...]:
    found = tuple(filter(None, re.split(r"[,; ]+", text.strip())))
    if not all(_GROUND.fullmatch(one) for one in found):
        raise ValueError("des numéros de l'arrêté comme III-1, III-2 sont attendus")
    return found


async def _do(visitor: Visitor, gesture: Gesture, field: str, flash: str) -> web.Response:
    """Do it and say so; a refusal is told beside the field that it is about, with what was typed."""
    form = await forms.typed(visitor.request)
    try:
        await gesture(form)
    except forms.FormError as err:
        return await _show(visitor, await open_desk(visitor), err.form)
    except (Invalid, Refused, Conflict) as err:
        told = forms.refused(form, err, _FIELDS)
        errors = {name or field: text for name, text in told.errors.items()}
        return await _show(visitor, await open_desk(visitor), Form(told.values, errors))
    return visitor.go(f"/surveillance/{follow_up_id_of(visitor)}/reglages", flash=flash)


async def _show(visitor: Visitor, desk: Desk, form: Form = NOTHING_TYPED) -> web.Response:
    telemonitoring, follow_up = visitor.services.telemonitoring, desk.follow_up
    plan, today = follow_up.plan, desk.place.frame.today
    version = telemonitoring.pathways[plan.pathway].on(today)
    may_decide = follow_up.is_living and has_right(visitor.known, Right.DECIDE)
    view = SettingsView(
        base=f"{desk.base}/reglages",
        home=desk.base,
        patient=desk.patient.full_name,
        pathway=pathway_label(visitor, follow_up),
        form=_filled(form, follow_up),
        version=follow_up.version,
        silence=french.format_count(plan.silence_days, "jour"),
        most_days=version.silence.days,
        reference=french.typographic(version.references[0].title),
        silences=await _silences(visitor, follow_up),
        signals=_signals(visitor, plan, version),
        papers=await _papers(visitor),
        increase=await increase_card(visitor, follow_up),
        may_decide=may_decide,
        may_change=follow_up.is_living,
        export_address=f"/follow-ups/{follow_up.id}/export" if has_right(visitor.known, Right.EXPORT) else "",
    )
    return visitor.render(
        "professional/follow_up_settings.html", desk.place.frame, view, status=422 if form.errors else 200
    )


def _filled(form: Form, follow_up: FollowUp) -> Form:
    """What holds now, and over it what was typed in the form that was refused."""
    plan = follow_up.plan
    held = {
        "silence": str(plan.silence_days),
        "dmn": plan.dmn,
        "exploitant": plan.exploitant,
        "saisis": ",".join(sorted(plan.hand_signals)),
        "tiers_payant": "oui" if plan.is_tiers_payant else "",
    }
    if "dmn" in form.values:  # ticks that were taken away are not sent
        held |= {"saisis": "", "tiers_payant": ""}
    return Form(held | form.values, form.errors)


async def _silences(visitor: Visitor, follow_up: FollowUp) -> tuple[SilenceLine, ...]:
    """The latest first."""
    found = await visitor.services.telemonitoring.thresholds.silences(visitor.known, follow_up.id)
    people = await people_names(visitor) if found else {}
    return tuple(
        SilenceLine(
            f"{french.format_count(one.days, 'jour')} au lieu de {one.former_days}",
            one.at,
            people.get(one.by, UNKNOWN),
            one.reason,
        )
        for one in reversed(found)
    )


def _signals(visitor: Visitor, plan: Plan, version: PathwayVersion) -> tuple[Choice, ...]:
    """What may be keyed by hand: the data of the pathway."""
    wanted = {name for datum in version.minimum_data for name in datum.signals} | plan.hand_signals
    return tuple(
        Choice(one.name, french.typographic(one.label))
        for one in visitor.services.telemonitoring.catalogue
        if one.name in wanted and one.kind is not SignalKind.ANSWER
    )


async def _papers(visitor: Visitor) -> tuple[str, str]:
    """The devices and the suppliers that papers of the practice name."""
    found = await visitor.services.telemonitoring.practices.papers(visitor.known, limit=100)

    def named(kind: PaperKind) -> str:
        return ", ".join(sorted({one.name for one in found if one.kind is kind and one.cancelled_at is None}))

    return named(PaperKind.DMN_LISTING), named(PaperKind.CONVENTION)
