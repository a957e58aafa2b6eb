"""HTTP of experts: one's own profile and hours, lines."""

from telemed.experts.routes import calendars, lines, me, presence, slots

OPERATIONS = (me.operations, calendars.operations, lines.operations, presence.operations, slots.operations)
