"""JSON of télésurveillance."""
