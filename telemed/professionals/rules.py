"""Who may open and sign acts, what a password must be, how long failures keep a login shut: pure."""

from __future__ import annotations

from datetime import timedelta

from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse
from telemed.professionals.model import Profession, Professional, find_specialty

_ACT_LAW = "R. 6316-3 1° a) CSP ; arrêté du 28 mars 2022 ; R-2"
_LONGEST_PASSWORD = 128
_SHORTEST_PASSWORD = 12
_FEWEST_CHARACTERS = 5
_FREE_FAILURES = 3
_FIRST_DELAY = timedelta(seconds=5)
_LONGEST_DELAY = timedelta(minutes=15)


def check_act_professional(caller: Caller) -> Decision:
    """May the caller open, answer or sign an act: a doctor, with an RPPS, signed in with two factors (R-2)?"""
    is_doctor = caller.kind is CallerKind.PROFESSIONAL and caller.has_role(Role.DOCTOR)
    if not is_doctor:
        return refuse(Reason("professional.not_a_doctor", "Cet acte est réservé à un médecin.", _ACT_LAW))
    missing_rpps = refuse(Reason("professional.rpps_missing", "Aucun numéro RPPS n'est enregistré.", _ACT_LAW))
    weak = refuse(
        Reason(
            "professional.two_factors_needed",
            "Reconnectez-vous avec deux facteurs pour ouvrir ou signer un acte.",
            _ACT_LAW,
            {"factors": caller.factors, "needed": 2},
        )
    )
    return (ALLOWED if caller.rpps else missing_rpps) & (ALLOWED if caller.factors >= 2 else weak)


def check_professional(person: Professional) -> Decision:
    """Do the roles and the professional data hold together?"""
    checks = (
        (bool(person.roles), "professional.role_missing", "Donnez au moins un rôle à cette personne."),
        (
            Role.DOCTOR not in person.roles or bool(person.rpps),
            "professional.rpps_missing",
            "Un médecin doit avoir un numéro RPPS.",
        ),
        (
            Role.DOCTOR not in person.roles or person.profession is Profession.MEDECIN,
            "professional.profession_missing",
            "Le rôle de médecin demande la profession de médecin.",
        ),
        (
            Role.DOCTOR not in person.roles or person.sector is not None,
            "professional.sector_missing",
            "Indiquez le secteur conventionnel du médecin.",
        ),
        (
            Role.HEALTH_PROFESSIONAL not in person.roles or bool(person.rpps),
            "professional.rpps_missing",
            "Un professionnel de santé doit avoir un numéro RPPS.",
        ),
        (
            Role.HEALTH_PROFESSIONAL not in person.roles or person.profession not in (None, Profession.MEDECIN),
            "professional.profession_missing",
            "Indiquez la profession de santé ; un médecin tient le rôle de médecin.",
        ),
        (
            person.specialty_code is None or _specialty_fits(person),
            "professional.specialty_unknown",
            "Cette spécialité n'est pas connue, ou n'est pas de cette profession.",
        ),
        (
            Role.AUDITOR not in person.roles or person.roles == {Role.AUDITOR},
            "professional.auditor_alone",
            "L'auditeur ne peut tenir aucun autre rôle.",
        ),
    )
    return combine(refuse(Reason(code, text)) for holds, code, text in checks if not holds)


def _specialty_fits(person: Professional) -> bool:
    specialty = find_specialty(person.specialty_code or "")
    return specialty is not None and specialty.code.startswith(f"G15_{person.profession or ''}")


def check_password(password: str, *, login: str) -> Decision:
    """Is this password long and unlike the login? Length matters more than signs (CNIL 2022-100)."""
    folded, local_part = password.casefold(), login.casefold().partition("@")[0]
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        text = f"Le mot de passe compte de {_SHORTEST_PASSWORD} à {_LONGEST_PASSWORD} caractères."
        return refuse(Reason("password.length", text, "CNIL, délibération 2022-100", {"length": len(password)}))
    if len(set(folded)) < _FEWEST_CHARACTERS:
        return refuse(Reason("password.too_plain", "Ce mot de passe répète trop peu de caractères."))
    if len(local_part) > 3 and local_part in folded:
        return refuse(Reason("password.like_login", "Le mot de passe ne doit pas contenir l'identifiant."))
    return ALLOWED


def delay_after(failures: int) -> timedelta:
    """How long a login stays shut after this many failures in a row: none for three, then doubling, 15 min at most."""
    if failures < _FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - _FREE_FAILURES, 10)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)
