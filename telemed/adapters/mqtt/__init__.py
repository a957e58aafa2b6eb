"""MQTT 5: the door of devices that speak it, of our own for the default set-up or behind any broker (decision 0076)."""
