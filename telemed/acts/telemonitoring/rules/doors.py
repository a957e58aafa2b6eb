"""May this measure come in by this door? A device speaks for itself, of its own patient, and of nobody else."""

from __future__ import annotations

from telemed.acts.telemonitoring.model.doors import DeviceIdentity, Worn
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity

_STATUSES = {
    "message.structure": 400,
    "hl7.encoding": 400,
    "hl7.header": 400,
    "bundle.too_long": 413,
    "hl7.too_long": 413,
    "csv.too_long": 413,
    "follow_up.closed": 409,
    "condition.unselective": 412,
    "measure.not_kept": 500,
}


def find_wearer(observation: Observation, identity: DeviceIdentity) -> Worn | Issue:
    """Whose measure it is, or why it is refused; the place of an issue counts from the observation.

    The patient is checked too: a hub that was lent, or a message that went astray, must not end in another's record;
    nor what a device remembers of whoever had it before.
    """
    worn = identity.worn.get(observation.device) if observation.device else identity.own
    if worn is None and observation.device:
        text = "Ce dispositif n'est pas de ceux pour lesquels cet accès parle, ou n'est attribué à personne."
        return _refusal(IssueKind.FORBIDDEN, "device.other", text, ".device")
    if worn is None:
        if identity.worn:
            text = "Une passerelle dit de quel dispositif vient chaque mesure."
            return _refusal(IssueKind.REQUIRED, "device.missing", text, ".device")
        return _refusal(IssueKind.FORBIDDEN, "device.unassigned", "Ce dispositif n'est attribué à personne.")
    if observation.subject not in worn.subjects:
        text = "Ce dispositif n'est pas attribué à ce patient."
        return _refusal(IssueKind.FORBIDDEN, "subject.other", text, ".subject")
    if worn.others_until is not None and observation.measured_at < worn.others_until:
        text = "Cette mesure date d'un temps où un autre patient avait ce dispositif : elle n'est pas de celui-ci."
        return _refusal(IssueKind.FORBIDDEN, "device.worn_by_other", text, ".effective")
    if not worn.takes_data:
        text = "Le suivi de ce patient n'est pas commencé, ou il est terminé : plus rien n'est gardé."
        return _refusal(IssueKind.BUSINESS_RULE, "follow_up.closed", text)
    return worn


def status_of_issue(issue: Issue) -> int:
    """The HTTP status of what is refused for this reason."""
    if issue.kind is IssueKind.FORBIDDEN:
        return 403
    return _STATUSES.get(issue.code, 422)


def _refusal(kind: IssueKind, code: str, text: str, place: str = "") -> Issue:
    return Issue(IssueSeverity.ERROR, kind, code, text, place)
