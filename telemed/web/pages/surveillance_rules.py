"""Rules of télésurveillance: the list by pathway, the editor with its trial over ninety days, versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right, has_right
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleVersion
from telemed.acts.telemonitoring.service.rulebook import Scope
from telemed.api.auth import only
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, french, rule_words
from telemed.web.pages import rule_faults, rule_form
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.rule_editor import editor_view, severity_of
from telemed.web.pages.surveillance import TEAM
from telemed.web.trials import Tried, draw_trial
from telemed.web.views.frame import Choice, Form
from telemed.web.views.surveillance import Filter
from telemed.web.views.surveillance_rules import (
    DryRunView,
    PathwayRules,
    RuleEditorView,
    RuleLine,
    RulesView,
    VersionLine,
)

pages = Pages()
DOCTORS = only(*RIGHTS[Right.DECIDE])
_BASE = "/surveillance/regles"
_PAGE = 200
_DAYS = 90
_TOLD = 4
"""How many signals are named of those that a pathway wants."""
Keep = Callable[[Rule], Awaitable[web.Response]]
_EVERYBODY, _ONE = "Tous les patients du parcours", "Un seul patient"


@pages.get("/surveillance/regles", TEAM)
async def list_rules(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "surveillance/rules")
    services = visitor.services.surveillance
    wanted = _pathway_of(visitor, visitor.request.query.get("parcours", "")) or await _first(visitor)
    found = await services.rules.page(visitor.known, Scope(wanted), after=visitor.cursor(), limit=_PAGE + 1)
    rules, authors = found[:_PAGE], await _people(visitor)
    more = _address(wanted, apres=str(rules[-1].id)) if len(found) > _PAGE else ""
    view = RulesView(
        group=_group(visitor, place, services.pathways[wanted], rules, authors),
        pathways=_filters(visitor, wanted),
        retired=tuple(_line(visitor, one, authors) for one in rules if not one.is_in_force),
        may_write=has_right(visitor.known, Right.DECIDE),
        next_address=more,
    )
    return visitor.render("professional/rules.html", place.frame, view)


@pages.get("/surveillance/regles/nouvelle", DOCTORS)
async def show_new(visitor: Visitor) -> web.Response:
    """A blank rule, on the pathway or for the follow-up that the address names."""
    query = visitor.request.query
    blank = rule_form.blank(await _catalogue(visitor))
    named = {"parcours": _pathway_of(visitor, query.get("parcours", "")), "suivi": query.get("suivi", "")}
    return await _render(visitor, Form(blank.values | {name: text for name, text in named.items() if text}))


@pages.post("/surveillance/regles", DOCTORS)
async def write_new(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)

    async def keep(rule: Rule) -> web.Response:
        kept = await visitor.services.surveillance.rules.add(visitor.known, _scope(form), rule)
        return visitor.go(f"{_BASE}/{kept.id}", flash="rule-kept")

    return await _answer(visitor, form, None, keep)


@pages.get("/surveillance/regles/{id}", TEAM)
async def show_rule(visitor: Visitor) -> web.Response:
    known = await visitor.services.surveillance.rules.get(visitor.known, _rule_id(visitor))
    return await _render(visitor, _form_of(known), known)


@pages.post("/surveillance/regles/{id}", DOCTORS)
async def rewrite(visitor: Visitor) -> web.Response:
    form, rules = await forms.typed(visitor.request), visitor.services.surveillance.rules
    known = await rules.get(visitor.known, _rule_id(visitor))
    fixed = {"nom": known.name, "parcours": known.pathway, "suivi": str(known.follow_up_id or "")}
    form = Form(form.values | fixed)

    async def keep(rule: Rule) -> web.Response:
        await rules.rewrite(visitor.known, known.id, rule, number=_number(form))
        return visitor.go(f"{_BASE}/{known.id}", flash="rule-kept")

    return await _answer(visitor, form, known, keep)


@pages.post("/surveillance/regles/{id}/retirer", DOCTORS)
async def retire(visitor: Visitor) -> web.Response:
    rules, rule_id = visitor.services.surveillance.rules, _rule_id(visitor)
    known = await rules.get(visitor.known, rule_id)
    try:
        await rules.retire(visitor.known, rule_id)
    except Conflict as err:
        return await _render(visitor, forms.refused(_form_of(known), err), known, status=409)
    return visitor.go(_address(known.pathway), flash="rule-retired", subject=str(rule_id))


@pages.post("/surveillance/regles/{id}/remettre", DOCTORS)
async def bring_back(visitor: Visitor) -> web.Response:
    """The rule as it was before it was taken away: its last version, from now on."""
    rules, rule_id = visitor.services.surveillance.rules, _rule_id(visitor)
    known = await rules.get(visitor.known, rule_id)
    if not known.is_in_force:
        await rules.rewrite(visitor.known, rule_id, known.version.rule, number=known.version.number)
    return visitor.go(f"{_BASE}/{rule_id}", flash="rule-kept")


async def _answer(visitor: Visitor, form: Form, known: KeptRule | None, keep: Keep) -> web.Response:
    """What the button that was pressed asks: another shape of the form, JSON, a trial, or to keep the rule."""
    gesture = form.value("geste")
    changed = _reshape(form, gesture)
    if changed is not None:
        return await _render(visitor, changed, known)
    try:
        rule = rule_form.read_form(form, await _catalogue(visitor))
        if gesture == "formulaire":
            return await _render(visitor, Form(_around(form) | rule_form.write_form(rule).values), known)
        if gesture == "json":
            return await _render(visitor, Form(form.values | {"mode": "json", "regle": rule_form.pretty(rule)}), known)
        if gesture == "essayer":
            return await _render(visitor, form, known, trial=await _try(visitor, form, rule))
        return await keep(rule)
    except forms.FormError as err:
        return await _render(visitor, err.form, known, status=422)
    except Refused as err:
        return await _render(visitor, _refused(form, err), known, status=409)
    except (Invalid, Conflict) as err:
        status = 422 if isinstance(err, Invalid) else 409
        return await _render(visitor, forms.refused(form, err), known, status=status)


def _reshape(form: Form, gesture: str) -> Form | None:
    """The form with a condition or a group more or less, or as it is to be shown again; None for another gesture."""
    name, mark, number = gesture.partition("-")
    if gesture == "revoir":
        return Form(form.values)
    changes = {"ajouter": rule_form.add_condition, "grouper": rule_form.add_group, "oter": rule_form.remove}
    return changes[name](form, _whole(number)) if mark and name in changes else None


def _around(form: Form) -> dict[str, str]:
    """What is not the rule itself: whom it reads, and the version that it was made from."""
    return {name: form.value(name) for name in ("parcours", "suivi", "numero") if form.value(name)}


def _refused(form: Form, refused: Refused) -> Form:
    """What the use case found, at its fields."""
    reasons = refused.decision.refusals
    if form.value("mode") == "json":
        return Form(form.values, {"regle": rule_faults.say_raw(reasons)})
    return Form(form.values, rule_faults.place_reasons(reasons, rule_form.tree_of(form)))


async def _catalogue(visitor: Visitor) -> Catalogue:
    """What may be watched here: our signals, and the questions that the practice wrote."""
    catalogue = visitor.services.surveillance.catalogue
    _, imported = await visitor.services.keying.questionnaires.page(visitor.known, limit=_PAGE)
    asked = (one for known in reversed(imported) if known.retired_at is None for one in known.questionnaire.questions)
    return catalogue.with_questions(
        {
            one.signal: (one.text, {option.code: option.label for option in one.options})
            for one in asked
            if one.signal.startswith("question_")
        }
    )


async def _try(visitor: Visitor, form: Form, rule: Rule) -> DryRunView:
    """The rule over the last ninety days of those whom it would read; nothing is kept."""
    services, caller = visitor.services, visitor.known
    report = await services.surveillance.dry_runs.run(caller, _scope(form), rule, days=_DAYS)
    names = await services.patients.names(caller, [one.patient_id for one in report.patients])
    tried = [
        Tried(names[one.patient_id].full_name, f"/surveillance/{one.follow_up_id}", one.run)
        for one in report.patients
        if one.patient_id in names
    ]
    place = await open_workplace(visitor, "surveillance/rules")
    return draw_trial(tried, place.frame.today, _DAYS, watched=report.watched)


async def _render(
    visitor: Visitor,
    form: Form,
    known: KeptRule | None = None,
    *,
    trial: DryRunView | None = None,
    status: int = 200,
) -> web.Response:
    place = await open_workplace(visitor, "surveillance/rules")
    services, catalogue = visitor.services.surveillance, await _catalogue(visitor)
    view = editor_view(
        form,
        catalogue,
        rule_id=str(known.id) if known else "",
        pathways=() if known or form.value("suivi") else _pathway_choices(services.pathways),
        may_write=has_right(visitor.known, Right.DECIDE),
    )
    view = replace(_with_words(view, form, catalogue), dry_run=trial)
    if known is not None:
        view = await _with_life(visitor, view, known, catalogue, place.frame.today)
    elif form.value("suivi"):
        view = replace(view, whom=_ONE)
    return visitor.render("professional/rule_editor.html", place.frame, view, status=status)


def _with_words(view: RuleEditorView, form: Form, catalogue: Catalogue) -> RuleEditorView:
    """With what the form says in clear, where it can be read; several conditions line by line too."""
    try:
        rule = rule_form.read_form(form, catalogue)
    except forms.FormError:
        return view
    lines = rule_words.sentences(rule, catalogue)
    said = lines if len(lines) > 1 else ()
    return replace(view, sentence=rule_words.sentence(rule, catalogue), said=said, habits=rule_words.habits(rule))


async def _with_life(
    visitor: Visitor, view: RuleEditorView, known: KeptRule, catalogue: Catalogue, today: date
) -> RuleEditorView:
    """With whom it reads, what the law asks, and all that it was."""
    services = visitor.services.surveillance
    versions = await services.rules.versions(visitor.known, known.id, limit=_PAGE)
    authors = await _people(visitor)
    pathway = services.pathways.get(known.pathway)
    return replace(
        view,
        whom=f"{pathway.label if pathway else known.pathway} · {_ONE if known.follow_up_id else _EVERYBODY}",
        mandatory=_mandatory(known, pathway, today) if known.mandatory else "",
        is_retired=not known.is_in_force,
        versions=tuple(_version(catalogue, one, authors) for one in versions),
    )


def _mandatory(known: KeptRule, pathway: Pathway | None, today: date) -> str:
    """The alert of the law that this rule is, in its words of today."""
    alerts = pathway.on(today).alerts if pathway else ()
    label = next((one.label for one in alerts if one.code == known.mandatory), known.mandatory or "")
    return french.typographic(label).rstrip(".")


def _form_of(known: KeptRule) -> Form:
    values = rule_form.write_form(known.version.rule).values
    scope = {"parcours": known.pathway} | ({"suivi": str(known.follow_up_id)} if known.follow_up_id else {})
    return Form(values | scope | {"nom": known.name, "numero": str(known.version.number)})


def _scope(form: Form) -> Scope:
    """Whom the rule reads: one follow-up, or all of a pathway."""
    try:
        return Scope(follow_up_id=UUID(form.value("suivi")))
    except ValueError:
        return Scope(form.value("parcours") or None)


async def _people(visitor: Visitor) -> Mapping[UUID, str]:
    """The names of the practice's people, for who wrote what."""
    found = await visitor.services.professionals.page(visitor.known, limit=_PAGE)
    return {one.id: one.full_name for one in found}


async def _first(visitor: Visitor) -> str:
    """The pathway to show first: one that has open alerts, if any has."""
    services = visitor.services.surveillance
    return next(iter([*await services.pictures.pathways(visitor.known), _pathway_choices(services.pathways)[0].value]))


def _group(
    visitor: Visitor, place: Workplace, pathway: Pathway, rules: Sequence[KeptRule], authors: Mapping[UUID, str]
) -> PathwayRules:
    return PathwayRules(
        label=pathway.label,
        code=pathway.code,
        lines=tuple(_line(visitor, one, authors) for one in rules if one.is_in_force),
        silence=_silence(visitor, place, pathway),
    )


def _silence(visitor: Visitor, place: Workplace, pathway: Pathway) -> str:
    """When silence is told of, and of what."""
    window, catalogue = pathway.on(place.frame.today).silence, visitor.services.surveillance.catalogue
    labels = sorted(signal.label.lower() for name in window.signals if (signal := catalogue.find(name)))
    more = f" et {len(labels) - _TOLD} autres" if len(labels) > _TOLD else ""
    days = french.format_count(window.days, "jour")
    return f"L’équipe est prévenue au plus tard après {days} sans mesure ({', '.join(labels[:_TOLD])}{more})."


def _line(visitor: Visitor, one: KeptRule, authors: Mapping[UUID, str]) -> RuleLine:
    version = one.version
    return RuleLine(
        address=f"{_BASE}/{one.id}",
        label=french.typographic(version.rule.label),
        severity=severity_of(version.rule),
        lines=rule_words.sentences(version.rule, visitor.services.surveillance.catalogue),
        version=version.number,
        since=version.active_from,
        by=authors.get(version.author_id, "") if version.author_id else "livrée avec le service",
        whom=_ONE if one.follow_up_id else _EVERYBODY,
        is_retired=not one.is_in_force,
        is_mandatory=one.mandatory is not None,
    )


def _version(catalogue: Catalogue, one: RuleVersion, authors: Mapping[UUID, str]) -> VersionLine:
    return VersionLine(
        number=one.number,
        since=one.active_from,
        until=one.retired_at,
        by=authors.get(one.author_id, "") if one.author_id else "",
        severity=severity_of(one.rule),
        lines=rule_words.sentences(one.rule, catalogue),
    )


def _filters(visitor: Visitor, wanted: str) -> tuple[Filter, ...]:
    choices = _pathway_choices(visitor.services.surveillance.pathways)
    ordered = sorted(choices, key=lambda one: one.value != wanted)
    return tuple(Filter(one.label, _address(one.value), one.value == wanted) for one in ordered)


def _pathway_choices(pathways: Mapping[str, Pathway]) -> tuple[Choice, ...]:
    return tuple(Choice(one.code, one.label) for one in sorted(pathways.values(), key=lambda one: one.label))


def _pathway_of(visitor: Visitor, text: str) -> str:
    return text if text in visitor.services.surveillance.pathways else ""


def _address(pathway: str, **more: str) -> str:
    return f"{_BASE}?{urlencode({'parcours': pathway} | more)}"


def _rule_id(visitor: Visitor) -> UUID:
    """Raises HTTPNotFound for what is no identifier."""
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None


def _number(form: Form) -> int:
    """The version that the form was made from; one that is none is stale."""
    return _whole(form.value("numero"))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
