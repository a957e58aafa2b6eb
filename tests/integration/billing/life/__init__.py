"""What happens to a claim after it is judged: invoices, lots, returns, money."""
