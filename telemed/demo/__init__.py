"""The demonstration: two practices to walk about in; one visit and one télé-expertise that play themselves."""
