"""The demonstration: a small believable practice to walk about in, and one whole visit played by itself."""
