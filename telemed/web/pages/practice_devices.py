"""Devices of a practice: made known, described anew, taken out of use; gateways with accesses of their own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.devices import LONGEST_CREDENTIAL, DeviceContent, DeviceKind, DeviceStanding
from telemed.acts.telemonitoring.model.rights import Right, has_right
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.web import forms
from telemed.web.pages.device import credential_line, revoke_named, take_certificate
from telemed.web.pages.follow_up_cards import signal_choices
from telemed.web.pages.follow_up_gestures import show_issued
from telemed.web.pages.monitoring_practice import MANAGER
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.follow_up import Issued
from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Pager, Tone
from telemed.web.views.practice_devices import PracticeDeviceLine, PracticeDevicesView, PracticeDeviceView

pages = Pages()
BASE = "/surveillance/dispositifs"
_ONE = f"{BASE}/{{dispositif}}"
_TAB = "surveillance/devices"
_PAGE, _MOST = 50, 200
_KINDS = {DeviceKind.DEVICE: "Dispositif d’un patient", DeviceKind.GATEWAY: "Passerelle : parle pour plusieurs"}
_FIELDS = {"signals": "mesures", "identifier": "identifiant", "gateway_id": "passerelle"}


class DeviceForm(forms.FormModel):
    nature: DeviceKind = DeviceKind.DEVICE
    nom: Annotated[str, Field(min_length=1, max_length=100)]
    modele: Annotated[str, Field(min_length=1, max_length=100)]
    identifiant: Annotated[str, Field(min_length=1, max_length=200)]
    mesures: Annotated[str, Field(max_length=4_000)] = ""
    autres_noms: Annotated[str, Field(max_length=2_000)] = ""
    passerelle: Annotated[UUID | None, forms.EMPTY_IS_NONE] = None


@pages.get(BASE, MANAGER)
async def show_devices(visitor: Visitor) -> web.Response:
    return await _show_list(visitor)


@pages.post(BASE, MANAGER)
async def add(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        device = await visitor.services.telemonitoring.devices.add(visitor.known, _content(form))
    except forms.FormError as err:
        return await _show_list(visitor, err.form)
    except (Invalid, Conflict, NotFound) as err:
        return await _show_list(visitor, _told(form, err))
    return visitor.go(f"{BASE}/{device.id}", flash="saved")


@pages.get(_ONE, MANAGER)
async def show_device(visitor: Visitor) -> web.Response:
    return await _show(visitor)


@pages.post(f"{_ONE}/decrire", MANAGER)
async def describe(visitor: Visitor) -> web.Response:
    form, device_id = await forms.typed(visitor.request), _device_id(visitor)
    standing = await visitor.services.telemonitoring.devices.get(visitor.known, device_id)
    typed = Form(form.values | {"nature": standing.device.content.kind.value})
    try:
        await visitor.services.telemonitoring.devices.change(visitor.known, device_id, _content(typed))
    except forms.FormError as err:
        return await _show(visitor, err.form)
    except (Invalid, Conflict, NotFound) as err:
        return await _show(visitor, _told(typed, err))
    return visitor.go(f"{BASE}/{device_id}", flash="saved")


@pages.post(f"{_ONE}/retirer", MANAGER)
async def retire(visitor: Visitor) -> web.Response:
    await visitor.services.telemonitoring.devices.retire(visitor.known, _device_id(visitor))
    return visitor.go(BASE, flash="device-retired")


@pages.post(f"{_ONE}/acces", MANAGER)
async def issue_token(visitor: Visitor) -> web.Response:
    """A token, shown on this answer and never again."""
    devices, device_id = visitor.services.telemonitoring.devices, _device_id(visitor)
    try:
        made = await devices.issue_token(visitor.known, device_id, days=LONGEST_CREDENTIAL.days)
    except Conflict as err:
        return await _show(visitor, forms.refused(Form(), err))
    standing = await devices.get(visitor.known, device_id)
    response = await _show(visitor, issued=show_issued(visitor, standing.device.content.label, made.token or ""))
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post(f"{_ONE}/certificats", MANAGER)
async def register(visitor: Visitor) -> web.Response:
    device_id = _device_id(visitor)
    wrong = await take_certificate(visitor, device_id)
    return await _show(visitor, wrong) if wrong else visitor.go(f"{BASE}/{device_id}", flash="certificate-registered")


@pages.post(f"{_ONE}/acces/{{acces}}/revoquer", MANAGER)
async def revoke(visitor: Visitor) -> web.Response:
    device_id = _device_id(visitor)
    await revoke_named(visitor, device_id)
    return visitor.go(f"{BASE}/{device_id}", flash="access-revoked")


def _content(form: Form) -> DeviceContent:
    """Raises FormError."""
    typed = forms.read(DeviceForm, form)
    if typed.nature is DeviceKind.DEVICE and not typed.mesures:
        raise forms.FormError(Form(form.values, {"mesures": "Dites ce qu’il mesure."}))
    is_gateway = typed.nature is DeviceKind.GATEWAY
    return DeviceContent(
        identifier=typed.identifiant,
        model=typed.modele,
        label=typed.nom,
        signals=frozenset() if is_gateway else frozenset(filter(None, typed.mesures.split(","))),
        kind=typed.nature,
        aliases=tuple(dict.fromkeys(filter(None, (one.strip() for one in typed.autres_noms.splitlines()))))[:8],
        gateway_id=None if is_gateway else typed.passerelle,
    )


def _told(form: Form, err: Invalid | Conflict | NotFound) -> Form:
    """A refusal is beside its field; whom a device is known by is refused in one way only."""
    if isinstance(err, NotFound):
        return Form(form.values, {"passerelle": forms.sentence(err.detail)})
    told = forms.refused(form, err, _FIELDS)
    if err.code == "telemonitoring.device_known":
        return Form(told.values, {"identifiant": told.errors[""]})
    return told


async def _show_list(visitor: Visitor, form: Form = NOTHING_TYPED) -> web.Response:
    place, telemonitoring = await open_workplace(visitor, _TAB), visitor.services.telemonitoring
    found = await telemonitoring.devices.page(visitor.known, after=visitor.cursor(), limit=_PAGE + 1)
    shown = found[:_PAGE]
    view = PracticeDevicesView(
        form=form,
        lines=tuple(_line(one) for one in shown),
        pager=Pager(
            f"{BASE}?apres={shown[-1].device.id}" if len(found) > _PAGE else "", BASE if visitor.cursor() else ""
        ),
        kinds=tuple(Choice(kind.value, label) for kind, label in _KINDS.items()),
        gateways=await _gateways(visitor),
        signals=signal_choices(telemonitoring.catalogue),
    )
    status = 422 if form.errors else 200
    return visitor.render("professional/practice_devices.html", place.frame, view, status=status)


async def _show(visitor: Visitor, form: Form = NOTHING_TYPED, *, issued: Issued | None = None) -> web.Response:
    place, telemonitoring = await open_workplace(visitor, _TAB), visitor.services.telemonitoring
    standing = await telemonitoring.devices.get(visitor.known, _device_id(visitor))
    content, base = standing.device.content, f"{BASE}/{standing.device.id}"
    worn, may_see = standing.assignment, has_right(visitor.known, Right.READ)
    view = PracticeDeviceView(
        base=base,
        label=content.label,
        what=f"{content.model} · {content.identifier}",
        state=_state(standing),
        is_gateway=content.kind is DeviceKind.GATEWAY,
        lines=tuple(credential_line(visitor, base, one) for one in standing.credentials),
        form=_filled(form, content),
        gateways=await _gateways(visitor),
        signals=signal_choices(telemonitoring.catalogue),
        may_change=standing.device.retired_at is None,
        follow_up_address=f"/surveillance/{worn.follow_up_id}#materiel" if worn and may_see else "",
        issued=issued,
        since=worn.assigned_at if worn else None,
    )
    status = 422 if form.errors else 200
    return visitor.render("professional/practice_device.html", place.frame, view, status=status)


def _filled(form: Form, content: DeviceContent) -> Form:
    if "nom" in form.values:
        return form
    held = {
        "nom": content.label,
        "modele": content.model,
        "identifiant": content.identifier,
        "mesures": ",".join(sorted(content.signals)),
        "autres_noms": "\n".join(content.aliases),
        "passerelle": str(content.gateway_id or ""),
    }
    return Form(held | form.values, form.errors)


def _line(standing: DeviceStanding) -> PracticeDeviceLine:
    content = standing.device.content
    what = f"{content.model} · {content.identifier}"
    return PracticeDeviceLine(f"{BASE}/{standing.device.id}", content.label, what, _state(standing))


def _state(standing: DeviceStanding) -> Badge:
    if standing.device.retired_at is not None:
        return Badge("Hors d’usage")
    if standing.device.content.kind is DeviceKind.GATEWAY:
        return Badge("Passerelle", Tone.FINE)
    return Badge("Confié", Tone.FINE) if standing.assignment else Badge("Libre")


async def _gateways(visitor: Visitor) -> tuple[Choice, ...]:
    found = await visitor.services.telemonitoring.devices.page(visitor.known, after=None, limit=_MOST)
    return tuple(
        Choice(str(one.device.id), f"{one.device.content.label}, {one.device.content.model}")
        for one in found
        if one.device.content.kind is DeviceKind.GATEWAY and one.device.retired_at is None
    )


def _device_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["dispositif"])
    except ValueError:
        raise web.HTTPNotFound from None
