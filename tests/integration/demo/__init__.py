"""The demonstration, with what it serves."""
