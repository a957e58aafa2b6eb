"""Cases of law that a lawyer can read."""
