"""Measured against floors and peers, side by side."""
