"""FHIR R4: observations and bundles of them, read; outcomes, written."""
