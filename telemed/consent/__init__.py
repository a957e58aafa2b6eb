"""Consent to an act: the dated words shown, what was decided, and its withdrawal."""
