"""What is asked of every document before it is signed: its identity may leave, it can be read, its author signs it."""

from __future__ import annotations

from telemed.documents.model import IdentityStatus, PatientFacts, ProfessionalFacts, Statement
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse, warn

RNIV = "RNIV, exigences EXI SI 07 et EXI SI 08"


def is_named(professional: ProfessionalFacts) -> bool:
    """With a name, an RPPS number and a profession, as R. 6316-4, 3° wants."""
    return bool(professional.family_name.strip() and professional.rpps and professional.qualification.code)


def check_printable(unprintable: frozenset[str]) -> Decision:
    """What is signed must be seen: a character that cannot be printed (a pictograph) is refused, never dropped."""
    if not unprintable:
        return ALLOWED
    names = ", ".join(sorted(f"U+{ord(character):04X}" for character in unprintable))
    text = "Le compte rendu contient des caractères qui ne peuvent pas être imprimés (émoji, écriture non latine)."
    return refuse(Reason("report.unprintable", text, "PDF/A-2a, ISO 19005-2", {"characters": names[:200]}))


def check_ins(patient: PatientFacts, *, is_production: bool) -> Decision:
    """May this identity leave? A lower status never blocks care: the document then carries the local number (R-5)."""
    if patient.identity_status is not IdentityStatus.QUAL:
        text = (
            "L'identité n'est pas qualifiée : le document ne portera que le numéro local du patient, "
            "sans matricule INS, et ne pourra pas rejoindre son dossier médical partagé."
        )
        return warn(Reason("ins.not_qualified", text, RNIV, {"status": patient.identity_status.value}))
    if patient.matricule is None:
        text = "Une identité qualifiée doit porter son matricule INS."
        return refuse(Reason("ins.matricule_missing", text, RNIV))
    if is_production and patient.matricule.oid.is_for_tests:
        text = "Un matricule INS de test ou de démonstration ne peut pas figurer dans un document réel."
        return refuse(Reason("ins.test_matricule", text, "CI-SIS, OID de l'INS", {"oid": patient.matricule.oid.value}))
    return ALLOWED


def check_signer(caller: Caller, statement: Statement) -> Decision:
    """Only its author signs a document, and only with a known RPPS (R-2)."""
    if caller.kind is CallerKind.PROFESSIONAL and caller.rpps and caller.rpps == statement.author.rpps:
        return ALLOWED
    text = "Seul l'auteur du document, authentifié avec son numéro RPPS, peut le signer."
    return refuse(Reason("report.signer_not_author", text, "CSP, art. R. 6316-3, 1° a)"))
