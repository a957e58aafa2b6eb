"""Rooms, admission and WebRTC negotiation over one WebSocket: knows no patient, only signed room tokens."""
