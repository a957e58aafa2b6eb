"""HTTP of the teleconsultation: booking, the call, the report and the patient's visit."""

from telemed.acts.teleconsultation.routes import booking, call, report, visit

OPERATIONS = (booking.operations, call.operations, report.operations, visit.operations)
