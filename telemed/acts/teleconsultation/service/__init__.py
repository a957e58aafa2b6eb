"""Use cases of the teleconsultation, by who acts: the secretary books, the patient arrives, the doctor calls."""
