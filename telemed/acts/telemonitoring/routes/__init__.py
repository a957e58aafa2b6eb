"""HTTP of télésurveillance."""

from telemed.acts.telemonitoring.routes import (
    alert_actions,
    alerts,
    care,
    devices,
    doors,
    exports,
    fhir_questionnaires,
    fhir_reading,
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
    fhir_reading.operations,
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
