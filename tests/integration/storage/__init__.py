"""The plumbing of storage."""
