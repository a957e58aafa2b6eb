"""What the law and good sense allow at each step of a teleconsultation: pure functions of facts."""
