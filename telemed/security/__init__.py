"""Encryption, seals, tokens and passwords: the only place, with signaling/tokens.py, that calls `cryptography`."""
