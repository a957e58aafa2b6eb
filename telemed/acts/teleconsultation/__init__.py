"""Teleconsultation: a patient and a health professional see each other by video."""
