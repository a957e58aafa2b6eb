"""JSON of experts."""
