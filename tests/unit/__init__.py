"""Without outside: no database, no network, no browser; seconds in all."""
