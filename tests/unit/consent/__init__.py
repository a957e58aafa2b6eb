"""Rules and models of consent."""
