"""What each template receives: frozen facts, ready to show, so that a page can be drawn without a service."""
