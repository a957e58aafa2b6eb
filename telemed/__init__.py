"""The acts of telemedicine and the clinical record."""

__version__ = "0.1.0"
