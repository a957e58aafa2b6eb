"""The documents slice, without a database."""
