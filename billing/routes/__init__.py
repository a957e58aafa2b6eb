"""HTTP of billing and of the law that it applies."""
