"""Properties that need nothing outside, but more seconds than the quick part has: they run with the rest."""
