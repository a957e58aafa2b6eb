"""Télé-expertise: a health professional asks, a professionnel médical answers; no case ever without a due date."""
