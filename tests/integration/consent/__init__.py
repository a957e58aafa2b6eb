"""Services, stores and routes of consent, on both databases."""
