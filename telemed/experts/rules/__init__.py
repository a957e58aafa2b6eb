"""Pure rules of experts: what recurs, what is open, what may be asked."""
