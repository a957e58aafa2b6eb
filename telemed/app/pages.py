"""What the pages are given of the services."""

from __future__ import annotations

from telemed.app.services import Services
from telemed.web.pages.keying_services import KeyingServices
from telemed.web.pages.services import (
    AttachmentServices,
    ExpertiseServices,
    PageServices,
    RosterServices,
    SurveillanceServices,
)
from telemed.web.pages.telemonitoring_services import TelemonitoringServices


def page_services(services: Services) -> PageServices:
    """What the pages call."""
    return PageServices(
        clock=services.clock,
        public_url=services.settings.public_url,
        uses_https=services.settings.uses_https,
        sign_in=services.sign_in,
        password_sign_in=services.password_sign_in,
        sessions=services.sessions,
        enrolment=services.enrolment,
        professionals=services.professionals,
        practices=services.practices,
        patients=services.patients,
        merges=services.merges,
        deaths=services.deaths,
        consents=services.consents,
        bookings=services.booking,
        links=services.links,
        overview=services.overview,
        calls=services.calls,
        visits=services.visits,
        reports=services.reports,
        expertise=_expertise_services(services),
        attachments=AttachmentServices(
            arrivals=services.attachments.arrivals,
            reading=services.attachments.reading,
            removal=services.attachments.removal,
        ),
        experts=_roster_services(services),
        surveillance=_surveillance_services(services),
        telemonitoring=_telemonitoring_services(services),
        keying=_keying_services(services),
        archive=services.documents.archive,
        law=services.law,
        claims=services.claims,
        lives=services.invoicing.lives,
        invoices=services.invoicing.invoices,
        insurances=services.invoicing.insurances,
        lots=services.invoicing.lots,
        desk=services.accounting.desk,
        preview=services.preview,
        reconciliation=services.accounting.reconciliation,
        cap=services.cap,
        derogations=services.derogations,
        activity=services.activity,
        trace=services.trace,
        draw=services.documents.pictures.draw,
        presence=services.rooms.presence,
    )


def _telemonitoring_services(services: Services) -> TelemonitoringServices:
    built = services.telemonitoring
    return TelemonitoringServices(
        catalogue=built.catalogue,
        pathways=built.pathways,
        follow_ups=built.follow_ups,
        thresholds=built.care.thresholds,
        increases=built.care.increases,
        teams=built.care.teams,
        education=built.care.education,
        practices=built.care.practices,
        devices=built.devices,
        quarantine=built.entrance.quarantine,
        histories=built.entrance.histories,
        sheets=built.sheets.sheets,
        largest_file=services.settings.device_body_limit_bytes,
        reports=services.monitoring_reports.written,
        sending=services.monitoring_reports.sent,
    )


def _expertise_services(services: Services) -> ExpertiseServices:
    expertise = services.expertise
    return ExpertiseServices(
        cases=expertise.cases,
        requests=expertise.requests,
        answers=expertise.answers,
        opinions=expertise.opinions,
        messages=expertise.messages,
        notices=expertise.notices,
        turns=expertise.turns,
        templates=expertise.templates,
        proposals=expertise.proposals,
        rings=expertise.rings,
        calls=expertise.calls,
        levels=expertise.levels,
    )


def _keying_services(services: Services) -> KeyingServices:
    telemonitoring, keying, own = services.telemonitoring, services.telemonitoring.keying, services.own_pages
    return KeyingServices(
        catalogue=telemonitoring.catalogue,
        questionnaires=keying.questionnaires,
        askings=keying.askings,
        entries=keying.entries,
        links=own.links,
        own=own.pages,
        own_reports=services.monitoring_reports.own,
        follow_ups=telemonitoring.follow_ups,
    )


def _roster_services(services: Services) -> RosterServices:
    experts = services.experts
    return RosterServices(
        profiles=experts.profiles,
        hours=experts.hours,
        lines=experts.lines,
        teams=experts.teams,
        presence=experts.presence,
        calendars=experts.calendars,
    )


def _surveillance_services(services: Services) -> SurveillanceServices:
    built = services.telemonitoring
    return SurveillanceServices(
        lists=built.triage.lists,
        work=built.triage.work,
        actions=built.triage.actions,
        mutes=built.triage.mutes,
        pictures=built.pictures,
        rules=built.watching.rules,
        dry_runs=built.watching.dry_runs,
        quality=built.triage.quality,
        catalogue=built.catalogue,
        pathways=built.pathways,
    )
