"""HTTP of télésurveillance."""

from telemed.acts.telemonitoring.routes import alerts, care, follow_ups, practices

OPERATIONS = (
    follow_ups.operations,
    care.operations,
    practices.operations,
    alerts.operations,
)
