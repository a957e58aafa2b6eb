"""`telemed simulate-devices`: cohorts of patients whose devices send, with the faults that devices have."""
