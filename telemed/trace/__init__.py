"""Who saw or decided what: append-only, chained, verifiable (R-55)."""
