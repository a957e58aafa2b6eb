"""The limits of a patient: a doctor sets them, with a reason and a period; none is ever overwritten (R-35)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.formats.default_rules import Defaults
from telemed.acts.telemonitoring.model.care import FollowUp, SilenceSetting, ThresholdSetting
from telemed.acts.telemonitoring.model.observation import Catalogue, Signal
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.rules.limits import is_drawn
from telemed.acts.telemonitoring.rules.silence import check_window
from telemed.acts.telemonitoring.rules.thresholds import build_thresholds
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.service.limits_asked import read_asked
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

MOST_SETTINGS = 2_000
"""Of one follow-up, over its life: more is a program gone wild, not a doctor."""


@dataclass(frozen=True)
class LimitDraft:
    """One limit as a doctor writes it. `value` is in millionths of `unit`, any that the signal is read in; None takes
    the limit away. `since` None: from now on."""

    name: str
    signal: str
    unit: str
    value: int | None
    side: Side | None = None
    since: datetime | None = None
    until: datetime | None = None


class ThresholdService:
    def __init__(
        self,
        *,
        database: Database,
        steps: FollowUpSteps,
        catalogue: Catalogue,
        pathways: Mapping[str, Pathway],
        defaults: Defaults,
    ) -> None:
        self._database = database
        self._steps = steps
        self._catalogue = catalogue
        self._pathways = pathways
        self._defaults = defaults

    async def set(
        self, caller: Caller, follow_up_id: UUID, drafts: Sequence[LimitDraft], *, reason: str
    ) -> list[ThresholdSetting]:
        """Set some limits together, for one reason. A measure made before now is never compared with them.

        Raises Forbidden (doctors only), NotFound, Invalid on a value that no measure has, or the name of a limit of
        another signal, Conflict once it is over.
        """
        async with self._database.begin() as uow:
            follow_up = await self._open_living(uow, caller, follow_up_id, "set_thresholds")
            care = CareStore(uow.session)
            former = await care.thresholds(follow_up_id)
            if len(former) + len(drafts) > MOST_SETTINGS:
                raise Conflict("Ce suivi a trop de seuils.", code="telemonitoring.too_many_thresholds")
            author_id, added = require_right(caller, Right.DECIDE), list[ThresholdSetting]()
            signals = {one.name: one.signal for one in former}
            signals |= {one.name: one.signal for one in await read_asked(uow.session, follow_up, self._defaults)}
            for draft in drafts:
                self._check_signal(draft, signals.setdefault(draft.name, draft.signal))
                position = len(former) + len(added) + 1
                added.append(self._setting(follow_up_id, position, draft, author_id=author_id, reason=reason))
            await care.add_thresholds(added)
            thresholds = build_thresholds([*former, *added])
            await self._steps.save(uow, follow_up, replace(follow_up, thresholds=thresholds))
            return added

    async def history(self, caller: Caller, follow_up_id: UUID) -> list[ThresholdSetting]:
        """Every setting, in the order in which they were written."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_thresholds")
            return await CareStore(uow.session).thresholds(follow_up_id)

    async def set_silence(
        self, caller: Caller, follow_up_id: UUID, *, days: int, version: int, reason: str = ""
    ) -> FollowUp:
        """After how many days without data somebody is told: as many as the pathway, or fewer (R-34). Each change is
        kept with its author and reason; the same number again changes nothing."""
        async with self._database.begin() as uow:
            follow_up = await self._open_living(uow, caller, follow_up_id, "set_silence")
            if follow_up.version != version:
                raise Conflict("Ce suivi a changé entre-temps : relisez-le.", code="stale")
            today = civil_date(self._steps.clock.now(), follow_up.plan.territory)
            decision = check_window(days, self._pathways[follow_up.plan.pathway].on(today).silence)
            if not decision.is_allowed:
                raise Refused(decision)
            if days == follow_up.plan.silence_days:
                return follow_up
            await self._keep_silence(uow, caller, follow_up, days, reason)
            plan = replace(follow_up.plan, silence_days=days)
            return await self._steps.save(uow, follow_up, replace(follow_up, plan=plan))

    async def silences(self, caller: Caller, follow_up_id: UUID) -> list[SilenceSetting]:
        """Every change of it since the draft, in order. Raises NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_thresholds")
            return await CareStore(uow.session).silence_settings(follow_up_id)

    async def _keep_silence(self, uow: UnitOfWork, caller: Caller, follow_up: FollowUp, days: int, reason: str) -> None:
        care = CareStore(uow.session)
        former = await care.silence_settings(follow_up.id)
        if len(former) >= MOST_SETTINGS:
            raise Conflict("Ce délai a changé trop de fois.", code="telemonitoring.too_many_thresholds")
        await care.add_silence_setting(
            SilenceSetting(
                follow_up_id=follow_up.id,
                position=len(former) + 1,
                former_days=follow_up.plan.silence_days,
                days=days,
                reason=reason,
                by=require_right(caller, Right.DECIDE),
                at=self._steps.clock.now(),
            )
        )

    async def _open_living(self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID, action: str) -> FollowUp:
        follow_up = await self._steps.open(uow, caller, follow_up_id, action, right=Right.DECIDE)
        if not follow_up.is_living:
            raise Conflict("Ce suivi est terminé.", code="telemonitoring.over")
        return follow_up

    def _check_signal(self, draft: LimitDraft, known: str) -> None:
        """A name is of one signal: a rule would compare weights with a limit of the pulse. Raises Invalid."""
        if draft.signal != known:
            signal = self._catalogue.find(known)
            text = f"« {draft.name} » est une limite de « {signal.label if signal else known} »."
            raise Invalid(text, field="signal")

    def _setting(
        self, follow_up_id: UUID, position: int, draft: LimitDraft, *, author_id: UUID, reason: str
    ) -> ThresholdSetting:
        now = self._steps.clock.now()
        since = max(now, draft.since or now)
        if draft.until is not None and draft.until <= since:
            raise Invalid("Un seuil se termine après son début.", field="until")
        signal = self._catalogue.find(draft.signal)
        if signal is None or not signal.unit:
            raise Invalid("Ce signal n'est pas une mesure du catalogue.", field="signal")
        value = None if draft.value is None else _convert(signal, draft.unit, draft.value)
        if value is not None and is_drawn(draft.name) and not signal.is_plausible(value):
            text = f"Aucune mesure de « {signal.label} » n'atteint cette limite, ou toutes la passent."
            raise Invalid(text, field="value")
        return ThresholdSetting(
            follow_up_id=follow_up_id,
            position=position,
            name=draft.name,
            signal=draft.signal,
            unit=signal.unit,
            value=value,
            side=draft.side,
            since=since,
            until=draft.until,
            author_id=author_id,
            reason=reason,
            set_at=now,
        )


def _convert(signal: Signal, unit: str, millionths: int) -> int:
    """In the unit of the signal. Raises Invalid for a unit that it is not read in."""
    conversion = (signal.conversions or {}).get(unit)
    if unit == signal.unit:
        return millionths
    if conversion is None:
        raise Invalid("Ce signal ne se mesure pas dans cette unité.", field="unit")
    return conversion.apply(millionths)
