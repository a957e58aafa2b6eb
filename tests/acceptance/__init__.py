"""Whole journeys, as people live them, in real browsers."""
