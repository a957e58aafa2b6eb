"""What the parts of télésurveillance ask of one another, and of the outside."""
