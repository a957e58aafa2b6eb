"""Documents on a real database: drafts, signatures, corrections, reading, HTTP."""
