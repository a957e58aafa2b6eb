"""Pure encoders of a report: CDA R2 (TLM-CR), the page that is printed, and the sealed manifest."""
