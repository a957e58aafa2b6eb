"""SMS by an HTTP gateway: the client, and a gateway of ours on loopback for the demonstration and the tests."""
