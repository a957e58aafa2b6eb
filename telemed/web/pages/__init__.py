"""One module per journey: each reads a form, calls a use case, and shows a view."""
