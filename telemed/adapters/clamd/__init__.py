"""ClamAV: the client of its daemon, and a daemon of ours on loopback that speaks as it does."""
