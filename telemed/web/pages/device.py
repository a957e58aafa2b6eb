"""One device of a patient: its accesses, a certificate that is registered, an access that is revoked."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.devices import Credential
from telemed.kernel.errors import Conflict, Invalid
from telemed.web import files, forms
from telemed.web.pages.follow_up_cards import access_badge, access_words, supplied_words
from telemed.web.pages.follow_up_gestures import own_device
from telemed.web.pages.follow_ups import CARER
from telemed.web.pages.keying import open_desk
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.device import CredentialLine, DeviceView
from telemed.web.views.frame import NOTHING_TYPED, Form

pages = Pages()
_BASE = "/surveillance/{id}/dispositifs/{dispositif}"
_LARGEST = 100_000
_PEM, _FILE = "pem", "certificat"


@pages.get(_BASE, CARER)
async def show_device(visitor: Visitor) -> web.Response:
    return await _show(visitor)


@pages.post(f"{_BASE}/certificats", CARER)
async def register(visitor: Visitor) -> web.Response:
    """A certificate, pasted or as a file."""
    wrong = await take_certificate(visitor, await own_device(visitor))
    return await _show(visitor, wrong) if wrong else visitor.go(_home(visitor), flash="certificate-registered")


async def take_certificate(visitor: Visitor, device_id: UUID) -> Form | None:
    """Register what the form brings; the same form with what is wrong, if something is."""
    try:
        form, content = await files.receive_file(visitor.request, _FILE, largest=_LARGEST)
    except forms.FormError as err:
        return err.form
    content = content or form.value(_PEM).strip().encode()
    if not content:
        return Form({}, {_PEM: "Collez un certificat, ou choisissez son fichier."})
    try:
        await visitor.services.telemonitoring.devices.register_shown(visitor.known, device_id, content)
    except Invalid as err:
        return Form(_unless_secret(form), {_PEM: forms.sentence(err.detail)})
    except Conflict as err:
        return Form(form.values, {_PEM: forms.sentence(err.detail)})
    return None


@pages.post(f"{_BASE}/acces/{{acces}}/revoquer", CARER)
async def revoke_access(visitor: Visitor) -> web.Response:
    await revoke_named(visitor, await own_device(visitor))
    return visitor.go(_home(visitor), flash="access-revoked")


async def revoke_named(visitor: Visitor, device_id: UUID) -> None:
    """The access of the address. Raises NotFound."""
    try:
        credential_id = UUID(visitor.request.match_info["acces"])
    except ValueError:
        raise web.HTTPNotFound from None
    await visitor.services.telemonitoring.devices.revoke(visitor.known, device_id, credential_id)


def _unless_secret(form: Form) -> dict[str, str]:
    """What was typed is shown again, but a private key that should never have been."""
    return {} if "PRIVATE KEY" in form.value(_PEM) else form.values


def _home(visitor: Visitor) -> str:
    path = visitor.request.match_info
    return f"/surveillance/{path['id']}/dispositifs/{path['dispositif']}"


async def _show(visitor: Visitor, form: Form = NOTHING_TYPED) -> web.Response:
    desk, telemonitoring = await open_desk(visitor), visitor.services.telemonitoring
    device_id, base = await own_device(visitor), _home(visitor)
    standing = await telemonitoring.devices.get(visitor.known, device_id)
    content = standing.device.content
    view = DeviceView(
        base=base,
        home=f"{desk.base}#materiel",
        patient=desk.patient.full_name,
        label=content.label,
        what=f"{content.model} · {content.identifier}",
        supplies=supplied_words(standing, telemonitoring.catalogue),
        sent_at=await telemonitoring.devices.last_sent(visitor.known, desk.follow_up.id, device_id),
        lines=tuple(credential_line(visitor, base, one) for one in standing.credentials),
        form=form,
        may_change=desk.follow_up.is_living,
    )
    status = 422 if form.errors else 200
    return visitor.render("professional/device.html", desk.place.frame, view, status=status)


def credential_line(visitor: Visitor, base: str, one: Credential) -> CredentialLine:
    now, digest = visitor.services.clock.now(), (one.thumbprint or "").upper()
    is_open = one.revoked_at is None and one.expires_at > now
    return CredentialLine(
        key=str(one.id),
        what=access_words(one),
        state=access_badge(one, now),
        issued_at=one.issued_at,
        until=one.expires_at,
        revoked_at=one.revoked_at,
        subject=one.subject,
        thumbprint=" ".join(digest[start : start + 4] for start in range(0, len(digest), 4)),
        revoke_address=f"{base}/acces/{one.id}/revoquer" if is_open else "",
    )
