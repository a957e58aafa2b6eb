"""Reports and letters: sealed, never changed, only replaced."""
