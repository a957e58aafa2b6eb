"""Mirrors telemed/acts."""
