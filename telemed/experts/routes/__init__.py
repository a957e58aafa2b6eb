"""HTTP of experts."""

from telemed.experts.routes import presence

OPERATIONS = (presence.operations,)
