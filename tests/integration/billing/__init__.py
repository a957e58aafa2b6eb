"""Billing on both databases: ledger, counts, declarations, HTTP."""
