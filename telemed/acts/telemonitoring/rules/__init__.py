"""Pure rules: when data say that somebody must look, and when their absence does."""
