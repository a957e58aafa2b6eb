"""Pure rules of billing: facts and the law of the day of the act in, amounts and reasons out."""
