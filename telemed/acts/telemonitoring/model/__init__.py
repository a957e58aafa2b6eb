"""States, facts and data of télésurveillance."""
