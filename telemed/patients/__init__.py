"""Patients and their national health identity (INS)."""
