"""From a completed act to what is owed, by whom, under which text of which day."""
