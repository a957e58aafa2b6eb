"""The caisses over HTTP and mutual TLS: the client, and one of ours on loopback for the demonstration and the tests."""
