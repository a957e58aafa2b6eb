"""Comptes: the people of the practice, invited, suspended and let in again by the administrator; and sessions."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import SIGNED_IN, only
from telemed.kernel.caller import Role
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.identifiers import parse_rpps
from telemed.kernel.ids import new_id
from telemed.professionals.model import SPECIALTIES, ConventionSector, Invitation, Profession, Professional, Title
from telemed.web import forms, words
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.views.oversight import (
    AccountFormView,
    AccountLine,
    AccountsView,
    InvitationView,
    SessionLine,
    SessionsView,
)

pages = Pages()
_ADMINISTRATOR = only(Role.ADMINISTRATOR)
_PAGE = 50
_SECTORS = (
    Choice(ConventionSector.SECTOR_1, "Secteur 1"),
    Choice(ConventionSector.SECTOR_2_OPTAM, "Secteur 2, OPTAM"),
    Choice(ConventionSector.SECTOR_2, "Secteur 2"),
    Choice(ConventionSector.NOT_CONVENTIONED, "Non conventionné"),
)
_OTHER_PROFESSIONS = tuple(one for one in Profession if one is not Profession.MEDECIN)
_FIELDS = {"login": "identifiant", "rpps": "rpps"}


class AccountForm(forms.FormModel):
    prenom: forms.Filled
    nom: forms.Filled
    identifiant: forms.Filled
    roles: str = ""
    rpps: forms.Optional = None
    profession: forms.Optional = None
    specialite: forms.Optional = None
    secteur: forms.Optional = None


@pages.get("/comptes", _ADMINISTRATOR)
async def list_accounts(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "accounts")
    found = await visitor.services.professionals.page(visitor.known, after=visitor.cursor(), limit=_PAGE + 1)
    next_page = f"/comptes?apres={found[_PAGE - 1].id}" if len(found) > _PAGE else ""
    view = AccountsView(tuple(_line(visitor, one) for one in found[:_PAGE]), next_page)
    return visitor.render("professional/accounts.html", place.frame, view)


@pages.get("/comptes/nouveau", _ADMINISTRATOR)
async def show_new(visitor: Visitor) -> web.Response:
    return _show_form(visitor, await open_workplace(visitor, "accounts"), Form())


@pages.post("/comptes", _ADMINISTRATOR)
async def create(visitor: Visitor) -> web.Response:
    """Create the person and show the invitation, once."""
    place = await open_workplace(visitor, "accounts")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(AccountForm, form)
        person = _person(asked, place)
        created, invitation = await visitor.services.professionals.create(visitor.known, person, asked.identifiant)
    except forms.FormError as err:
        return _show_form(visitor, place, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return _show_form(visitor, place, forms.refused(form, err, _FIELDS), status=422)
    return _show_invitation(visitor, place, created, invitation)


@pages.post("/comptes/{id}/inviter", _ADMINISTRATOR)
async def invite_again(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "accounts")
    person_id = _person_id(visitor)
    invitation = await visitor.services.professionals.invite_again(visitor.known, person_id)
    people = await visitor.services.professionals.page(visitor.known, limit=200)
    person = next(one for one in people if one.id == person_id)
    return _show_invitation(visitor, place, person, invitation)


@pages.post("/comptes/{id}/suspendre", _ADMINISTRATOR)
async def suspend(visitor: Visitor) -> web.Response:
    await visitor.services.professionals.suspend(visitor.known, _person_id(visitor))
    return visitor.go("/comptes", flash="account-suspended")


@pages.post("/comptes/{id}/retablir", _ADMINISTRATOR)
async def reinstate(visitor: Visitor) -> web.Response:
    await visitor.services.professionals.reinstate(visitor.known, _person_id(visitor))
    return visitor.go("/comptes", flash="account-restored")


@pages.get("/mes-sessions", SIGNED_IN)
async def list_sessions(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "sessions")
    sessions = await visitor.services.sessions.page(visitor.known)
    lines = tuple(
        SessionLine(str(one.id), one.opened_at, one.last_seen_at, one.device, one.id == visitor.known.session_id)
        for one in sessions
    )
    return visitor.render("professional/sessions.html", place.frame, SessionsView(lines))


@pages.post("/mes-sessions/{id}/fermer", SIGNED_IN)
async def close_session(visitor: Visitor) -> web.Response:
    await visitor.services.sessions.revoke(visitor.known, _person_id(visitor))
    return visitor.go("/mes-sessions", flash="session-closed")


def _person(asked: AccountForm, place: Workplace) -> Professional:
    """What was typed as a person. Raises Invalid."""
    roles = frozenset(Role(role) for role in asked.roles.split(",") if role in set(Role))
    if not roles:
        raise Invalid("Choisissez au moins un rôle.", field="roles")
    is_doctor = Role.DOCTOR in roles
    try:
        rpps = parse_rpps(asked.rpps) if asked.rpps else None
    except ValueError as err:
        raise Invalid(str(err), field="rpps") from None
    return Professional(
        id=new_id(),
        practice_id=place.practice.id,
        family_name=asked.nom,
        given_name=asked.prenom,
        roles=roles,
        title=Title.DOCTOR if is_doctor else None,
        rpps=rpps,
        profession=_profession(asked, roles),
        specialty_code=asked.specialite if is_doctor else None,
        sector=ConventionSector(asked.secteur) if is_doctor and asked.secteur in set(ConventionSector) else None,
    )


def _profession(asked: AccountForm, roles: frozenset[Role]) -> Profession | None:
    """A doctor's goes with the role; another carer's is chosen."""
    if Role.DOCTOR in roles:
        return Profession.MEDECIN
    chosen = next((one for one in _OTHER_PROFESSIONS if one == asked.profession), None)
    return chosen if Role.HEALTH_PROFESSIONAL in roles else None


def _show_form(visitor: Visitor, place: Workplace, form: Form, *, status: int = 200) -> web.Response:
    doctors = [one for one in SPECIALTIES.values() if one.code.startswith("G15_10/")]
    view = AccountFormView(
        form=form,
        roles=words.role_choices(),
        specialties=tuple(Choice(one.code, one.label) for one in sorted(doctors, key=lambda one: one.label)),
        sectors=_SECTORS,
        professions=tuple(Choice(one, one.label) for one in _OTHER_PROFESSIONS),
        chosen_roles=tuple(form.value("roles").split(",")),
    )
    return visitor.render("professional/account_form.html", place.frame, view, status=status)


def _show_invitation(visitor: Visitor, place: Workplace, person: Professional, invitation: Invitation) -> web.Response:
    address = f"{visitor.services.public_url}/invitation/{invitation.token}"
    view = InvitationView(person.full_name, address, invitation.expires_at)
    return visitor.render("professional/account_created.html", place.frame, view)


def _line(visitor: Visitor, one: Professional) -> AccountLine:
    is_self = one.id == visitor.known.id
    return AccountLine(
        id=str(one.id),
        name=one.full_name,
        roles=words.roles(one.roles),
        rpps=one.rpps or "",
        state=Badge("Suspendu", Tone.SOON) if one.is_suspended else Badge("Actif", Tone.FINE),
        may_suspend=not one.is_suspended and not is_self,
        may_restore=one.is_suspended,
        may_invite=not is_self,
    )


def _person_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
