"""Calendars, FHIR and our own lists, read and written."""
