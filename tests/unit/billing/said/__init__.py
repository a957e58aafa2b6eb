"""What the rules say, word for word: scenarios, and beside them the sentences that a reader gets."""
