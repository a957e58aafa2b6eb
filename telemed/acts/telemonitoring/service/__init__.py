"""The use cases of télésurveillance."""
