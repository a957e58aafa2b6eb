"""Files joined to an act: sealed as they arrive, checked by their content, shown without what identifies."""
