"""Is there enough to ask, and enough to answer?"""

from __future__ import annotations

from telemed.acts.teleexpertise.model import CaseContent, OpinionContent
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse

_REQUEST = "CNOM, télémédecine : la demande porte des données administratives et médicales"


def check_content(content: CaseContent) -> Decision:
    """May a request with this content be sent? The requis still judges whether it is enough for him."""
    medical = content.medical
    has_data = any(text.strip() for text in (medical.history, medical.treatments, medical.allergies, medical.findings))
    question = Reason("teleexpertise.question_missing", "Écrivez la question posée au confrère.", _REQUEST)
    data = Reason("teleexpertise.medical_data_missing", "Joignez au moins une donnée médicale utile.", _REQUEST)
    return combine((ALLOWED if content.question.strip() else refuse(question), ALLOWED if has_data else refuse(data)))


def check_opinion(content: OpinionContent) -> Decision:
    """May this opinion be signed? Each part that is missing is named at once."""
    parts = {
        "la conclusion": bool(content.conclusion.strip()),
        "la conduite à tenir": bool(content.conduct.strip()),
        "l'urgence": content.urgency is not None,
        "si une consultation est évitée": content.avoided_consultation is not None,
        "les actes et prescriptions, ou « aucun »": _is_prescribed(content),
        "les incidents techniques, ou « aucun »": content.incidents is not None,
    }
    missing = [name for name, is_there in parts.items() if not is_there]
    if not missing:
        return ALLOWED
    text = f"Avant de signer, indiquez {', '.join(missing)}."
    return refuse(Reason("teleexpertise.opinion_incomplete", text, "CSP, art. R. 6316-4", {"missing": len(missing)}))


def _is_prescribed(content: OpinionContent) -> bool:
    return content.prescribed is not None and all(item.text.strip() for item in content.prescribed)
