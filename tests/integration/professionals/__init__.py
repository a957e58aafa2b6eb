"""Services, stores and routes of professionals, on both databases."""
