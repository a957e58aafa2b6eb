"""HTTP of télésurveillance."""

from telemed.acts.telemonitoring.routes import (
    alert_actions,
    alerts,
    care,
    devices,
    doors,
    exports,
    fhir_questionnaires,
    follow_ups,
    histories,
    keying,
    practices,
    quality,
    quarantine,
    reports,
    rulebook,
)

OPERATIONS = (
    follow_ups.operations,
    care.operations,
    practices.operations,
    exports.operations,
    devices.operations,
    doors.operations,
    quarantine.operations,
    reports.operations,
    histories.operations,
    alerts.operations,
    alert_actions.operations,
    rulebook.operations,
    quality.operations,
    keying.operations,
    fhir_questionnaires.operations,
)
