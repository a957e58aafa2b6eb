"""Patients who are followed at a distance: their list, and the beginning of a new follow-up."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.service.follow_up_reader import Lately
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.law.parameter import NotInForce
from telemed.patients.model import Patient
from telemed.web import follow_up_words, forms, french, surveillance_words, words
from telemed.web.pages.follow_up_forms import FIELDS, BeginForm
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.patient_search import find_patients
from telemed.web.views.follow_up import BeginView, FollowUpLine, FollowUpsView, PathwayChoice, PatientChoice
from telemed.web.views.frame import Badge, Form, NavItem, Pager

pages = Pages()
CARER = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
LIST = "/surveillance/suivis"
TAB = "surveillance/patients"
_PAGE = 50
_STATE = FollowUpState
LASTING = (_STATE.ACTIVE, _STATE.SUSPENDED, _STATE.FLAGGED, _STATE.LAPSED)
_FIRST = "en-cours"
_KINDS: dict[str, tuple[str, tuple[FollowUpState, ...]]] = {
    "en-cours": ("En cours", LASTING),
    "a-decider": ("À décider", (_STATE.FLAGGED, _STATE.LAPSED)),
    "brouillons": ("Inscriptions", (_STATE.DRAFT,)),
    "termines": ("Terminés", (_STATE.ENDED, _STATE.DROPPED)),
}


@pages.get(LIST, CARER)
async def list_follow_ups(visitor: Visitor) -> web.Response:
    place, services = await open_workplace(visitor, TAB), visitor.services
    kind, _ = kind_asked(visitor, "etat")
    found = await services.telemonitoring.follow_ups.page(
        visitor.known, states=states_of(kind), before=visitor.cursor(), limit=_PAGE + 1
    )
    lately = await services.telemonitoring.follow_ups.lately(visitor.known, found[:_PAGE])
    patients = await services.patients.names(visitor.known, [one.patient_id for one in found[:_PAGE]])
    unsigned = await services.telemonitoring.reports.unsigned_ends(visitor.known, found[:_PAGE])
    more = f"{LIST}?{urlencode({'etat': kind, 'apres': str(found[_PAGE - 1].id)})}" if len(found) > _PAGE else ""
    view = FollowUpsView(
        kinds=tuple(NavItem(key, label, f"{LIST}?etat={key}") for key, (label, _) in _KINDS.items()),
        current=kind,
        lines=tuple(
            _line(
                visitor,
                one,
                patients[one.patient_id],
                lately.get(one.id, Lately()),
                kind=kind,
                has_report_due=one.id in unsigned,
            )
            for one in found[:_PAGE]
        ),
        pager=Pager(more, f"{LIST}?etat={kind}" if visitor.cursor() else ""),
        may_enrol=True,
    )
    return visitor.render("professional/follow_ups.html", place.frame, view)


def kind_asked(visitor: Visitor, name: str) -> tuple[str, bool]:
    """Which list an address asks for, and whether it is another one than the first."""
    kind = visitor.request.query.get(name, "")
    return (kind, kind != _FIRST) if kind in _KINDS else (_FIRST, False)


def states_of(kind: str) -> tuple[FollowUpState, ...]:
    """What a list holds."""
    return _KINDS[kind][1]


def _line(
    visitor: Visitor, one: FollowUp, patient: Patient, lately: Lately, *, kind: str, has_report_due: bool
) -> FollowUpLine:
    today = civil_date(visitor.services.clock.now(), one.plan.territory)
    return FollowUpLine(
        address=f"/surveillance/{one.id}" + (f"?liste={kind}" if kind != _FIRST else ""),
        patient=patient.full_name,
        age=words.age(patient.identity.traits.birth_date, today),
        pathway=pathway_label(visitor, one),
        state=follow_up_words.state_badge(one.state),
        due="Signer le rapport de fin" if has_report_due else follow_up_words.due_words(one, today),
        heard_at=lately.heard_at,
        is_quiet=one.state is FollowUpState.ACTIVE and _is_quiet(one, lately, today),
        alerts=_open_alerts(lately),
    )


def _is_quiet(one: FollowUp, lately: Lately, today: date) -> bool:
    """Has nothing come for longer than its silence may last?"""
    since = civil_date(lately.heard_at, one.plan.territory) if lately.heard_at else one.started_on
    return since is not None and (today - since).days > one.plan.silence_days


def _open_alerts(lately: Lately) -> Badge | None:
    if lately.worst is None:
        return None
    return Badge(french.format_count(lately.alerts, "alerte"), surveillance_words.severity(lately.worst).tone)


def pathway_label(visitor: Visitor, one: FollowUp) -> str:
    return french.typographic(visitor.services.telemonitoring.pathways[one.plan.pathway].label)


@pages.get("/surveillance/nouveau", CARER)
async def show_begin(visitor: Visitor) -> web.Response:
    """Whom, and for what; a patient's own page names him already."""
    place = await open_workplace(visitor, TAB)
    found: list[Patient] = []
    if named := visitor.request.query.get("patient"):
        found = [await visitor.services.patients.get(visitor.known, _uuid(named))]
    form = Form({"patient": str(found[0].id)} if found else {})
    return visitor.render("professional/follow_up_new.html", place.frame, _begin_view(visitor, place, form, found))


@pages.post("/surveillance/nouveau", CARER)
async def begin(visitor: Visitor) -> web.Response:
    """Search somebody, or begin the draft."""
    place, form = await open_workplace(visitor, TAB), await forms.typed(visitor.request)
    if form.value("geste") == "chercher":
        found = await find_patients(visitor, form.value("nom").strip())
        view = _begin_view(visitor, place, form, found, has_searched=True)
        return visitor.render("professional/follow_up_new.html", place.frame, view)
    try:
        asked = forms.read(BeginForm, form)
        service = visitor.services.telemonitoring.follow_ups
        draft = await service.create(visitor.known, asked.patient, PlanDraft(asked.parcours))
    except forms.FormError as err:
        return await _show_again(visitor, place, err.form)
    except (Invalid, Refused, Conflict) as err:
        return await _show_again(visitor, place, forms.refused(form, err, FIELDS | {"pathway": "parcours"}))
    return visitor.go(f"/surveillance/{draft.id}/inscription/suivi", flash="follow-up-begun")


async def _show_again(visitor: Visitor, place: Workplace, form: Form) -> web.Response:
    found = []
    if form.value("patient"):
        found = [await visitor.services.patients.get(visitor.known, _uuid(form.value("patient")))]
    view = _begin_view(visitor, place, form, found)
    return visitor.render("professional/follow_up_new.html", place.frame, view, status=422)


def _begin_view(
    visitor: Visitor, place: Workplace, form: Form, found: list[Patient], *, has_searched: bool = False
) -> BeginView:
    pathways, today = visitor.services.telemonitoring.pathways, place.frame.today
    choices = []
    for code, pathway in pathways.items():
        try:
            version = pathway.on(today)
        except NotInForce:
            continue
        minimum, silence = follow_up_words.minimum_words(version), follow_up_words.silence_words(version)
        choices.append(PathwayChoice(code, french.typographic(pathway.label), minimum, silence))
    people = tuple(
        PatientChoice(
            str(one.id),
            one.full_name,
            words.birth(one.identity.traits.birth_date),
            words.age(one.identity.traits.birth_date, today),
        )
        for one in found
    )
    return BeginView(form, tuple(sorted(choices, key=lambda one: one.label)), people, has_searched)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise web.HTTPNotFound from None
