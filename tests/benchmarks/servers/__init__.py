"""The servers that the socket benchmarks run beside each other, each in its own process."""
