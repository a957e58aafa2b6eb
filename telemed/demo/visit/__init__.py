"""One whole visit, played through the public HTTP and WebSocket by two programs, as two browsers would."""
