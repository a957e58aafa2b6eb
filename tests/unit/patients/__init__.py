"""Rules and models of patients."""
