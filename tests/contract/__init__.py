"""What every adapter of a port promises; the fake and the real one pass the same tests."""
