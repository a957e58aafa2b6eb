"""What a text fixes, as dated and sourced data: a rule asks for the value of a day, and never gets a default."""
