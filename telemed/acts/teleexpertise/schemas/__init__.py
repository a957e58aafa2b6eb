"""Télé-expertise as JSON."""
