"""May this device be given to this patient? (R-37)"""

from __future__ import annotations

from telemed.acts.telemonitoring.model.pathway import PathwayVersion
from telemed.acts.telemonitoring.rules.enrolment import find_missing_data
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse


def check_device(version: PathwayVersion, signals: frozenset[str], others: frozenset[str]) -> Decision:
    """A device that brings none of the minimum data that are still missing is refused; once nothing is missing, any may
    come along. `signals` are its own, `others` what the patient's other devices and what is keyed by hand supply."""
    missing = find_missing_data(version, others)
    brought = [datum for datum in missing if datum not in find_missing_data(version, others | signals)]
    partly = any(signals.intersection(datum.signals) for datum in missing)
    if not missing or brought or partly:
        return ALLOWED
    text = f"Ce dispositif ne fournit rien de ce que ce parcours demande : {', '.join(one.label for one in missing)}."
    title = version.references[0].title
    return refuse(Reason("telemonitoring.device_useless", text, title, {"missing": len(missing)}))
