"""What joins two packages, on both databases."""
