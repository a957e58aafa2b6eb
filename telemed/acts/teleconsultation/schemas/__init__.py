"""JSON of the teleconsultation, in and out."""
