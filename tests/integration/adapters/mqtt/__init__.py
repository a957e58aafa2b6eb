"""MQTT 5 over real sockets."""
