"""Patients' links: opaque, sent without health data, opened with a birth date, revocable; for any act that has them."""
