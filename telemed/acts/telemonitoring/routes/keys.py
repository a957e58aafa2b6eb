"""Under which keys the routes find the services of follow-ups, and who may call them."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.service.education import EducationService
from telemed.acts.telemonitoring.service.exports import ExportService
from telemed.acts.telemonitoring.service.follow_ups import FollowUpService
from telemed.acts.telemonitoring.service.increases import IncreaseService
from telemed.acts.telemonitoring.service.practices import PracticeCareService
from telemed.acts.telemonitoring.service.teams import TeamService
from telemed.acts.telemonitoring.service.thresholds import ThresholdService
from telemed.api.auth import Access

FOLLOW_UPS = web.AppKey("telemonitoring_follow_ups", FollowUpService)
THRESHOLDS = web.AppKey("telemonitoring_thresholds", ThresholdService)
TEAMS = web.AppKey("telemonitoring_teams", TeamService)
PRACTICE_CARE = web.AppKey("telemonitoring_practices", PracticeCareService)
INCREASES = web.AppKey("telemonitoring_increases", IncreaseService)
EXPORTS = web.AppKey("telemonitoring_exports", ExportService)
EDUCATION = web.AppKey("telemonitoring_education", EducationService)


def access_of(right: Right) -> Access:
    """Who may call a route that asks for a right."""
    return Access(roles=RIGHTS[right])
