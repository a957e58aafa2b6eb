"""A year of billing in any order, against what is counted again from nothing."""
