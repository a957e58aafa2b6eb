"""Where the services of this slice sit in the application, and who may call its routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from telemed.api.auth import only, or_device
from telemed.experts.service.access import CARERS
from telemed.experts.service.calendars import CalendarService
from telemed.experts.service.hours import HoursService
from telemed.experts.service.lines import LineService
from telemed.experts.service.profiles import ProfileService
from telemed.experts.service.slots import SlotService
from telemed.experts.service.teams import TeamService
from telemed.kernel.caller import Caller, CallerKind, Role

PROFILES = web.AppKey("expert_profiles", ProfileService)
HOURS = web.AppKey("expert_hours", HoursService)
CALENDARS = web.AppKey("expert_calendars", CalendarService)
LINES = web.AppKey("expert_lines", LineService)
SLOTS = web.AppKey("expert_slots", SlotService)
BASE_URL = web.AppKey("fhir_base_url", str)
TEAMS = web.AppKey("expert_teams", TeamService)
CARER = only(*CARERS)
FhirTaker = Callable[[web.Request, Caller], Awaitable[web.Response]]
FHIR_TAKERS = web.AppKey("fhir_takers", dict[CallerKind, FhirTaker])
"""Who else takes a Bundle sent to `/fhir`, by who sends it: each reads the body himself; may be absent."""
STAFF = only(*CARERS, Role.SECRETARY, Role.ADMINISTRATOR)
STAFF_OR_DEVICE = or_device(*STAFF.roles)
Days = Annotated[int, Field(ge=1, le=42, description="How many days from now.")]
