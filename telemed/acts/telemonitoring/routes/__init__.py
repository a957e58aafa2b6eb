"""HTTP of télésurveillance."""

from telemed.acts.telemonitoring.routes import alerts

OPERATIONS = (alerts.operations,)
