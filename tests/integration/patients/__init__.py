"""Services, stores and routes of patients, on both databases."""
