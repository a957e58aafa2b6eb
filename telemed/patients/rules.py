"""What the RNIV and our rules say of an identity: pure, each refusal with its text."""

from __future__ import annotations

from datetime import date

from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn
from telemed.kernel.identifiers import Matricule
from telemed.patients.model import (
    BirthDate,
    CheckMethod,
    Identity,
    IdentityProof,
    IdentityStatus,
    InsiAnswer,
    Patient,
    Resemblance,
    Traits,
    fold_name,
)

_RNIV = "RNIV 1 §3.3.3"
_HIGH_TRUST = frozenset(
    {
        IdentityProof.PASSPORT,
        IdentityProof.NATIONAL_CARD,
        IdentityProof.RESIDENCE_PERMIT,
        IdentityProof.ELECTRONIC_IDENTITY,
    }
)
_WITH_A_PARENT = frozenset({IdentityProof.BIRTH_CERTIFICATE, IdentityProof.FAMILY_BOOK})
_FOR_MINORS = _WITH_A_PARENT | {IdentityProof.MINOR_TRAVEL_DOCUMENT}
_ACCEPTED = _HIGH_TRUST | _FOR_MINORS | {IdentityProof.BIRTH_CERTIFICATE_AND_VITALE, IdentityProof.TRUSTED_THIRD_PARTY}
_IDENTIFIED = "R. 6316-3 1° b) CSP ; R-3"
_MISSING = {
    "sex": Reason("identity.sex_missing", "Il manque le sexe du patient.", _IDENTIFIED),
    "birth_place": Reason("identity.birth_place_missing", "Il manque le lieu de naissance du patient.", _IDENTIFIED),
}


def check_traits_recorded(traits: Traits) -> Decision:
    """Are the five strict traits recorded (R-3)? The schemas demand the three others from the start."""
    return refuse(*(_MISSING[name] for name in traits.missing))


def check_matricule(matricule: Matricule | None, *, may_be_for_tests: bool) -> Decision:
    """May this matricule be recorded here? Test and demonstration authorities are refused in production (R-8)."""
    if matricule is None or may_be_for_tests or not matricule.oid.is_for_tests:
        return ALLOWED
    return refuse(
        Reason(
            "identity.test_matricule",
            "Ce matricule INS est un matricule de test : il ne peut pas être enregistré en production.",
            "Référentiel INS ; R-8",
            {"oid": matricule.oid.value},
        )
    )


def check_birth_date(birth_date: BirthDate, today: date) -> Decision:
    """Is the person born on `today` at the latest?"""
    if birth_date.earliest <= today:
        return ALLOWED
    return refuse(Reason("identity.birth_in_future", "La date de naissance est dans le futur."))


def check_proof(
    traits: Traits,
    proof: IdentityProof,
    method: CheckMethod,
    *,
    companion: IdentityProof | None,
    today: date,
    adult_years: int,
) -> Decision:
    """May this document validate these traits? On video it may only be noted: see docs/explanation/legal-doubts.md.

    `adult_years` is the law's `persons/adult_age` on `today`.
    """
    return combine(
        (
            check_traits_recorded(traits),
            _check_kind(proof),
            _check_companion(proof, companion),
            _check_minor(traits, proof, today, adult_years),
            _warn_video(method),
        )
    )


def _check_kind(proof: IdentityProof) -> Decision:
    if proof in _ACCEPTED:
        return ALLOWED
    return refuse(
        Reason(
            "identity.proof_not_accepted",
            "Ce document n'est pas un justificatif d'identité à haut niveau de confiance : "
            "passeport, carte nationale d'identité, titre de séjour ou identité électronique.",
            _RNIV,
            {"proof": proof.value},
        )
    )


def _check_companion(proof: IdentityProof, companion: IdentityProof | None) -> Decision:
    if proof not in _WITH_A_PARENT or companion in _HIGH_TRUST:
        return ALLOWED
    return refuse(
        Reason(
            "identity.companion_needed",
            "Un acte de naissance ou un livret de famille doit être accompagné de la pièce d'identité d'un parent.",
            _RNIV,
            {"proof": proof.value},
        )
    )


def _check_minor(traits: Traits, proof: IdentityProof, today: date, adult_years: int) -> Decision:
    if proof not in _FOR_MINORS or traits.birth_date.is_under(adult_years, today) is not False:
        return ALLOWED
    return refuse(
        Reason(
            "identity.proof_for_minors",
            "Ce justificatif n'est accepté que pour une personne mineure.",
            _RNIV,
            {"proof": proof.value},
        )
    )


def _warn_video(method: CheckMethod) -> Decision:
    if method is not CheckMethod.ON_VIDEO:
        return ALLOWED
    return warn(
        Reason(
            "identity.seen_on_video",
            "Document montré à la caméra : le contrôle est noté, mais il ne valide pas l'identité.",
            "RNIV 1 §3.3",
        )
    )


def check_insi_call(identity: Identity) -> Decision:
    """May INSi be asked about this identity? Not while it is doubtful or fictitious (EXI SI 09)."""
    if identity.doubt is None:
        return ALLOWED
    return refuse(
        Reason(
            "identity.doubtful",
            "Cette identité est signalée douteuse ou fictive : contrôlez d'abord une pièce d'identité.",
            "RNIV EXI SI 09",
            {"attribute": identity.doubt.reason.attribute},
        )
    )


def check_insi_answer(identity: Identity, answer: InsiAnswer, *, may_be_for_tests: bool) -> Decision:
    """May INSi's answer be taken up for this identity? What is recorded must agree with it, trait by trait."""
    differing = differing_traits(identity.traits, answer.traits)
    disagreement = refuse(
        Reason(
            "identity.insi_differs",
            "L'identité trouvée par INSi ne correspond pas à celle du dossier : "
            "vérifiez les traits avec une pièce d'identité.",
            "RNIV 1 §4.3",
            {"traits": ", ".join(differing)},
        )
    )
    return combine(
        (
            check_insi_call(identity),
            check_traits_recorded(answer.traits),
            check_matricule(answer.matricule, may_be_for_tests=may_be_for_tests),
            disagreement if differing else ALLOWED,
        )
    )


def differing_traits(ours: Traits, found: Traits) -> tuple[str, ...]:
    """The strict traits on which a found identity contradicts ours.

    An unasked trait and a less precise birth date contradict nothing; nor do further given names after ours.
    """
    given, found_given = " ".join(ours.birth_given_names), " ".join(found.birth_given_names)
    checks = {
        "birth_name": ours.birth_name == found.birth_name,
        "birth_given_names": f"{found_given} ".startswith(f"{given} "),
        "birth_date": ours.birth_date.earliest <= found.birth_date.earliest
        and found.birth_date.latest <= ours.birth_date.latest,
        "sex": ours.sex in (None, found.sex),
        "birth_place": ours.birth_place in (None, found.birth_place),
    }
    return tuple(name for name, agrees in checks.items() if not agrees)


def check_exchange(identity: Identity) -> Decision:
    """May the matricule INS leave the system for this patient (R-5)?"""
    if identity.exchangeable_matricule is not None:
        return ALLOWED
    return refuse(
        Reason(
            "identity.not_qualified",
            "L'identité n'est pas qualifiée : aucun document ne part avec le matricule INS.",
            "RNIV EXI SI 08 ; R-5",
            {"status": identity.status.value, "needed": IdentityStatus.QUAL.value},
        )
    )


def resemblance_of(identity: Identity, other: Patient) -> Resemblance | None:
    """Why `other` may be the same person; None when nothing says so."""
    ours, theirs = identity.traits, other.identity.traits
    if identity.matricule is not None and identity.matricule == other.identity.matricule:
        return Resemblance.SAME_MATRICULE
    if fold_name(ours.birth_name) != fold_name(theirs.birth_name) or ours.birth_date != theirs.birth_date:
        return None
    if fold_name(ours.first_given_name) == fold_name(theirs.first_given_name):
        return Resemblance.SAME_TRAITS
    return Resemblance.SAME_NAME_AND_DATE


def check_merge(kept: Patient, absorbed: Patient) -> Decision:
    """May `absorbed` be taken into `kept`, two records of one practice? A warning is for a person to weigh.

    Twins share four traits (trap 13): nothing but a person's comparison says that two records are of one.
    """
    ours, theirs = kept.identity, absorbed.identity
    matricules = (ours.matricule, theirs.matricule)
    are_two = None not in matricules and matricules[0] != matricules[1]
    are_qualified = IdentityStatus.QUAL is ours.status is theirs.status
    return combine(
        (
            refuse(_SAME_RECORD) if kept.id == absorbed.id else ALLOWED,
            *(refuse(merged_reason(one)) for one in (kept, absorbed) if one.merged_into is not None),
            refuse(_TWO_PERSONS) if are_two and are_qualified else ALLOWED,
            warn(_TWO_MATRICULES) if are_two and not are_qualified else ALLOWED,
            _warn_traits(ours.traits, theirs.traits),
            warn(_BETTER_ABSORBED) if _RANK[theirs.status] > _RANK[ours.status] else ALLOWED,
        )
    )


def check_merge_with_the_dead(*, is_kept_dead: bool, is_absorbed_dead: bool, is_carer: bool) -> Decision:
    """May records be merged of whom one is noted dead and the other is not? It stops what follows the other from afar,
    as noting the death does: the same people may."""
    if is_kept_dead == is_absorbed_dead:
        return ALLOWED
    return warn(_ENDS_CARE) if is_carer else refuse(_NEEDS_CARER)


def merged_reason(patient: Patient) -> Reason:
    """Why a record that was taken into another is not shown, and where it went."""
    text = "Ce dossier a été réuni à un autre : ouvrez celui-ci."
    return Reason("patient.merged", text, "", {"merged_into": str(patient.merged_into)})


def _warn_traits(ours: Traits, theirs: Traits) -> Decision:
    differing = tuple(name for name, differs in _compare(ours, theirs).items() if differs)
    if not differing:
        return ALLOWED
    compared = {"traits": ", ".join(differing)}
    if "first_given_name" in differing and not {"birth_name", "birth_date"} & set(differing):
        text = "Même nom et même date de naissance, prénoms différents : des jumeaux partagent quatre traits. Comparez."
        return warn(Reason("patient.merge_twins", text, _IDENTITY, compared))
    text = "Des traits d'identité diffèrent entre les deux dossiers : comparez les pièces d'identité."
    return warn(Reason("patient.merge_traits_differ", text, _IDENTITY, compared))


def _compare(ours: Traits, theirs: Traits) -> dict[str, bool]:
    """The traits on which two records contradict each other; one that was never asked contradicts nothing."""
    return {
        "birth_name": fold_name(ours.birth_name) != fold_name(theirs.birth_name),
        "first_given_name": fold_name(ours.first_given_name) != fold_name(theirs.first_given_name),
        "birth_date": ours.birth_date != theirs.birth_date,
        "sex": None not in (ours.sex, theirs.sex) and ours.sex != theirs.sex,
        "birth_place": None not in (ours.birth_place, theirs.birth_place) and ours.birth_place != theirs.birth_place,
    }


_IDENTITY = "Référentiel national d'identitovigilance"
_RANK = {IdentityStatus.PROV: 0, IdentityStatus.RECUP: 1, IdentityStatus.VALI: 2, IdentityStatus.QUAL: 3}
_SAME_RECORD = Reason("patient.merge_self", "Un dossier ne se réunit pas à lui-même.")
_TWO_PERSONS = Reason(
    "patient.merge_two_persons",
    "Ces deux identités sont qualifiées avec deux matricules INS différents : ce sont deux personnes.",
    f"{_IDENTITY} ; EXI SI 08",
)
_ENDS_CARE = Reason(
    "patient.merge_deceased",
    "Un décès est noté dans l'un de ces dossiers : les réunir arrête aussitôt les suivis à distance de l'autre, avec "
    "leurs liens et leurs accès. Les séparer ensuite ne les reprendrait pas.",
)
_NEEDS_CARER = Reason(
    "patient.merge_needs_carer",
    "Un décès est noté dans l'un de ces dossiers : un soignant du cabinet les réunit, car cela arrête les suivis à "
    "distance de l'autre.",
)
_TWO_MATRICULES = Reason(
    "patient.merge_matricules_differ",
    "Les deux dossiers portent des matricules INS différents : vérifiez-les avant de réunir.",
    "Référentiel INS",
)
_BETTER_ABSORBED = Reason(
    "patient.merge_better_absorbed",
    "Le dossier qui disparaît a une identité mieux vérifiée que celui qui reste : gardez plutôt l'autre.",
    "RNIV 1",
)
