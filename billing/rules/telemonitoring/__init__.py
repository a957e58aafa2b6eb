"""The forfaits of télésurveillance, by rule: R-30 to R-33, trap 34."""

from billing.rules.telemonitoring.grouping import group_months
from billing.rules.telemonitoring.operator import quote_telemonitoring
from billing.rules.telemonitoring.technical import quote_technical

__all__ = ["group_months", "quote_technical", "quote_telemonitoring"]
