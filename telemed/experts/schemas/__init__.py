"""Experts as JSON."""
