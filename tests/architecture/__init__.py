"""What holds the house together: layers, sizes, words, documents against code."""
