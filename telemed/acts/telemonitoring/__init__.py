"""Télésurveillance: who is followed, what devices send, and when somebody must look."""
