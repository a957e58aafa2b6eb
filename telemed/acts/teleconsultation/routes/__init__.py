"""HTTP of the teleconsultation: booking, the call, and the patient's visit."""

from telemed.acts.teleconsultation.routes import booking, call, visit

OPERATIONS = (booking.operations, call.operations, visit.operations)
