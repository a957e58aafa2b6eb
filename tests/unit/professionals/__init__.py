"""Rules and models of professionals."""
