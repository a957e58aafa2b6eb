"""Télésurveillance on real databases."""
