"""The law as data: units, loader, values of a day, the command that guards it."""
