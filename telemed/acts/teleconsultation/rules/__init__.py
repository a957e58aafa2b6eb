"""Pure rules of the act: facts and the law of its day in, a decision with its texts out."""
