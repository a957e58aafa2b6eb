"""HTTP of experts: one's own profile and hours, lines."""

from telemed.experts.routes import lines, me, presence

OPERATIONS = (me.operations, lines.operations, presence.operations)
