"""Use cases of télé-expertise."""
