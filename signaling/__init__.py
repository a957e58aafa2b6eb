"""Rooms, admission and WebRTC negotiation; knows no patient, only signed room tokens."""
