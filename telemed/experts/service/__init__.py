"""Use cases of experts."""
