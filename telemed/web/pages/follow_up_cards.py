"""Cards that the enrolment and the sheet of a follow-up share: limits, prescriptions, team, devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.formats.figures import format_measure, format_unit
from telemed.acts.telemonitoring.formats.happenings import limit_words
from telemed.acts.telemonitoring.model.care import Prescription, TeamMember, TeamRole, ThresholdSetting
from telemed.acts.telemonitoring.model.devices import Credential, CredentialKind, Device, DeviceStanding
from telemed.acts.telemonitoring.model.observation import Catalogue, SignalKind
from telemed.acts.telemonitoring.rules.limits import AskedLimit, find_in_force
from telemed.kernel.caller import Role
from telemed.kernel.clock import Territory, civil_date
from telemed.professionals.model import Professional
from telemed.web import follow_up_words, french
from telemed.web.pages.page import Visitor
from telemed.web.views.follow_up import (
    AccessLine,
    DeviceLine,
    DevicesCard,
    Issued,
    LimitField,
    LimitLine,
    LimitsCard,
    PrescriptionLine,
    PrescriptionsCard,
    TeamCard,
    TeamLine,
)
from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Tone

_MOST_FREE = 200
UNKNOWN = "quelqu’un qui n’est plus au cabinet"


def limits_card(
    visitor: Visitor,
    base: str,
    settings: Sequence[ThresholdSetting],
    asked: Sequence[AskedLimit],
    people: Mapping[UUID, Professional],
    form: Form = NOTHING_TYPED,
    *,
    is_living: bool = True,
) -> LimitsCard:
    """What holds now, what held before, and what a doctor may set."""
    now, catalogue = visitor.services.clock.now(), visitor.services.telemonitoring.catalogue
    current = find_in_force(settings, now)
    past = [one for one in settings if one not in current]
    return LimitsCard(
        base=base,
        form=form,
        lines=tuple(_limit_line(one, catalogue, people) for one in current),
        past=tuple(_limit_line(one, catalogue, people) for one in reversed(past)),
        asked=tuple(_limit_field(one, catalogue) for one in asked),
        may_decide=is_living and visitor.known.has_role(Role.DOCTOR),
    )


def _limit_line(one: ThresholdSetting, catalogue: Catalogue, people: Mapping[UUID, Professional]) -> LimitLine:
    signal, author = catalogue.find(one.signal), people.get(one.author_id)
    if signal is None:
        raise LookupError("a limit is of a signal of the catalogue")
    value = "retiré" if one.value is None else format_measure(signal, one.value, decimals=6)
    name, by = french.typographic(limit_words(one.name, signal)), author.full_name if author else UNKNOWN
    return LimitLine(name, value, one.since, one.until, by, one.reason, one.name)


def _limit_field(one: AskedLimit, catalogue: Catalogue) -> LimitField:
    signal = catalogue.find(one.signal)
    if signal is None:
        raise LookupError("a rule reads signals of the catalogue")
    label = french.typographic(limit_words(one.name, signal))
    return LimitField(f"seuil_{one.name}", label, format_unit(one.unit), follow_up_words.asked_hint(one))


def prescriptions_card(
    base: str, prescriptions: Iterable[Prescription], form: Form = NOTHING_TYPED, *, gesture: str = ""
) -> PrescriptionsCard:
    lines = tuple(
        PrescriptionLine(
            prescriber=one.prescriber_name,
            prescribed_on=one.prescribed_on,
            first_day=one.days.first_day,
            last_day=one.days.last_day or one.days.first_day,
            note="Renouvellement" if one.renews else "",
        )
        for one in prescriptions
    )
    return PrescriptionsCard(base, form, lines, gesture=gesture)


async def team_card(
    visitor: Visitor,
    base: str,
    team: Iterable[TeamMember],
    form: Form = NOTHING_TYPED,
    *,
    is_living: bool = True,
) -> TeamCard:
    """Who is in it now, and who of the practice may come in."""
    staff = [one for one in await visitor.services.professionals.page(visitor.known, limit=200) if _may_follow(one)]
    names = {one.id: one.full_name for one in staff}
    lines = tuple(
        TeamLine(
            name=names.get(one.professional_id, UNKNOWN),
            role=follow_up_words.ROLES[one.role],
            since=one.since,
            remove_address="" if one.role is TeamRole.RESPONSIBLE else f"{base}/equipe/{one.professional_id}/retirer",
        )
        for one in team
        if one.until is None
    )
    choices = tuple(Choice(str(one.id), one.full_name) for one in staff)
    return TeamCard(base, form, lines, choices, follow_up_words.role_choices(), may_change=is_living)


def _may_follow(one: Professional) -> bool:
    return one.suspended_at is None and not one.roles.isdisjoint((Role.DOCTOR, Role.HEALTH_PROFESSIONAL))


async def devices_card(
    visitor: Visitor,
    base: str,
    standings: Iterable[DeviceStanding],
    form: Form = NOTHING_TYPED,
    *,
    issued: Issued | None = None,
    is_living: bool = True,
) -> DevicesCard:
    """What the patient has, with its accesses; what the practice has that nobody wears."""
    telemonitoring, now = visitor.services.telemonitoring, visitor.services.clock.now()
    free = await telemonitoring.devices.free(visitor.known, limit=_MOST_FREE) if is_living else []
    return DevicesCard(
        base=base,
        form=form,
        lines=tuple(_device_line(one, telemonitoring.catalogue, now) for one in standings),
        free=tuple(Choice(str(one.id), f"{one.content.label}, {one.content.model}, {_serial(one)}") for one in free),
        signals=signal_choices(telemonitoring.catalogue),
        issued=issued,
        may_change=is_living,
    )


def _serial(device: Device) -> str:
    """What is written on it: two scales of one model are told apart by that."""
    return device.content.identifier.rpartition("|")[2]


def signal_choices(catalogue: Catalogue) -> tuple[Choice, ...]:
    """What a device may measure."""
    return tuple(
        Choice(one.name, french.typographic(one.label)) for one in catalogue if one.kind is not SignalKind.ANSWER
    )


def _device_line(standing: DeviceStanding, catalogue: Catalogue, now: datetime) -> DeviceLine:
    content = standing.device.content
    living = [one for one in standing.credentials if one.revoked_at is None]
    return DeviceLine(
        id=str(standing.device.id),
        label=content.label,
        what=f"{content.model} · {content.identifier}",
        supplies=supplied_words(standing, catalogue),
        accesses=tuple(AccessLine(access_words(one), access_badge(one, now), one.expires_at) for one in living),
    )


def supplied_words(standing: DeviceStanding, catalogue: Catalogue) -> str:
    """What a device measures."""
    supplied = [signal.label for name in sorted(standing.device.content.signals) if (signal := catalogue.find(name))]
    return french.typographic(", ".join(supplied)) or "rien qui soit au catalogue"


def access_words(one: Credential) -> str:
    return "Jeton" if one.kind is CredentialKind.TOKEN else "Certificat"


def access_badge(one: Credential, now: datetime) -> Badge:
    if one.revoked_at is not None:
        return Badge("Révoqué")
    return Badge("Échu", Tone.SOON) if one.expires_at <= now else Badge("Ouvert", Tone.FINE)


def today_of(visitor: Visitor, territory: Territory) -> str:
    """Today where the patient lives, as a date field wants it."""
    return civil_date(visitor.services.clock.now(), territory).isoformat()
