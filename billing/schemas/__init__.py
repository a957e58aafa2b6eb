"""Billing and the law as JSON."""
