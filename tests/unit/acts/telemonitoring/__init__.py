"""The pure part of télésurveillance."""
