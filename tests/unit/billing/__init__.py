"""Billing without a database: facts, tariffs, the yearly cap."""
