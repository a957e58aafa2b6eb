"""Practices, the people who work there, how they sign in and what each may do."""
