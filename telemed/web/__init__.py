"""The pages that people use: drawn by the server from views, on the same use cases as the routes."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from telemed.api.middlewares import ERROR_PAGE
from telemed.web.assets import Assets, add_assets, load_assets
from telemed.web.pages import (
    accounts,
    attachments,
    availability,
    availability_import,
    billing,
    bookings,
    call,
    cap_actions,
    claim,
    claims,
    deaths,
    device,
    enrolment,
    expertise,
    expertise_call,
    expertise_case,
    expertise_compose,
    expertise_gestures,
    expertise_templates,
    follow_up_draft,
    follow_up_gestures,
    follow_up_reports,
    follow_up_settings,
    follow_up_sheet,
    follow_ups,
    histories,
    insurance,
    keying,
    lots,
    merges,
    monitoring_practice,
    own_desk,
    own_measures,
    own_page,
    own_questions,
    patients,
    practice_devices,
    received,
    reconciliation,
    report,
    sign_in,
    simulation,
    surveillance,
    surveillance_alert,
    surveillance_gestures,
    surveillance_late,
    surveillance_quality,
    surveillance_rules,
    teams,
    texts,
    today,
    trace,
    visit,
)
from telemed.web.pages.page import RENDERING, SERVICES, Pages
from telemed.web.pages.problems import show_problem
from telemed.web.pages.services import PageServices
from telemed.web.rendering import Rendering

PAGES: tuple[Pages, ...] = (
    sign_in.pages,
    enrolment.pages,
    today.pages,
    expertise.pages,
    received.pages,
    expertise_call.pages,
    expertise_templates.pages,
    availability.pages,
    availability_import.pages,
    teams.pages,
    expertise_compose.pages,
    expertise_gestures.pages,
    attachments.pages,
    expertise_case.pages,
    own_desk.pages,
    keying.pages,
    surveillance.pages,
    surveillance_alert.pages,
    surveillance_gestures.pages,
    surveillance_rules.pages,
    surveillance_quality.pages,
    surveillance_late.pages,
    follow_ups.pages,
    follow_up_draft.pages,
    follow_up_sheet.pages,
    follow_up_gestures.pages,
    follow_up_reports.pages,
    follow_up_settings.pages,
    histories.pages,
    device.pages,
    monitoring_practice.pages,
    practice_devices.pages,
    bookings.pages,
    patients.pages,
    deaths.pages,
    merges.pages,
    call.pages,
    visit.pages,
    own_page.pages,
    own_questions.pages,
    own_measures.pages,
    report.pages,
    billing.pages,
    cap_actions.pages,
    claims.pages,
    claim.pages,
    insurance.pages,
    lots.pages,
    reconciliation.pages,
    simulation.pages,
    texts.pages,
    trace.pages,
    accounts.pages,
)


def add_pages(app: web.Application, services: PageServices) -> None:
    """Serve every page and its files, and turn errors into pages for a browser that navigates."""
    assets = _packaged_assets()
    app[RENDERING] = Rendering(assets)
    app[SERVICES] = services
    app[ERROR_PAGE] = show_problem
    add_assets(app, assets)
    for pages in PAGES:
        pages.add_to(app)


@cache
def _packaged_assets() -> Assets:
    """Packed once, the same for every application of a process."""
    return load_assets()
