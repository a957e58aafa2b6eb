"""What every page says alike: the document, who wrote it, about whom, and how it was signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telemed.documents.formats import french
from telemed.documents.model import (
    DocumentIdentity,
    IdentityStatus,
    PatientFacts,
    PlaceFacts,
    PrescribedItem,
    PrescribedKind,
    ProfessionalFacts,
    Sex,
    Statement,
    Visibility,
)
from telemed.kernel.clock import Territory
from telemed.kernel.identifiers import Matricule

_UNKNOWN_PLACE = "99999"
_SEXES = {Sex.FEMALE: "féminin", Sex.MALE: "masculin", Sex.UNKNOWN: "indéterminé"}
_STATUSES = {
    IdentityStatus.PROV: "identité provisoire, non qualifiée à ce jour",
    IdentityStatus.RECUP: "identité récupérée, non qualifiée à ce jour",
    IdentityStatus.VALI: "identité validée, non qualifiée à ce jour",
    IdentityStatus.QUAL: "identité qualifiée, matricule absent",
}
_KINDS = {
    PrescribedKind.ACT: "Acte",
    PrescribedKind.DRUG: "Médicament",
    PrescribedKind.BIOLOGY: "Biologie",
    PrescribedKind.IMAGING: "Imagerie",
    PrescribedKind.CARE: "Soins",
    PrescribedKind.REFERRAL: "Adressage",
    PrescribedKind.OTHER: "Autre",
}
VISIBILITIES = {
    Visibility.MASQUE_PS: "masqué aux professionnels de santé",
    Visibility.INVISIBLE_PATIENT: "invisible au patient",
    Visibility.INVISIBLE_REPRESENTANTS_LEGAUX: "invisible aux représentants légaux",
}


@dataclass(frozen=True)
class Signing:
    """What the page says of its signature: the moment and the fingerprint of its content."""

    signed_at: datetime
    content_sha256: str


def frame(
    identity: DocumentIdentity,
    statement: Statement,
    *,
    title: str,
    when: str,
    place: PlaceFacts,
    software: str,
    signing: Signing | None,
) -> Mapping[str, Any]:
    """What surrounds the contents; without `signing` it is a draft, and says so across each page."""
    person, writer = statement.patient, statement.author
    return {
        "is_draft": signing is None,
        "title": title,
        "when": when,
        "running": f"{french.patient_name(person)}, {born(person)}",
        "document": document(identity, signing),
        "practice": practice(writer.place or place),
        "author": author(writer),
        "patient": patient(person),
        "signature": signature(writer, statement.territory, software, signing),
        "created_at": int(signing.signed_at.timestamp()) if signing else 0,
    }


def document(identity: DocumentIdentity, signing: Signing | None) -> Mapping[str, Any]:
    replaced = ""
    if identity.replaces is not None:
        replaced = f"Cette version {identity.version} annule et remplace la version {identity.version - 1}."
        if identity.replacement_reason.strip():
            replaced += f" Motif{french.NBSP}: {identity.replacement_reason.strip()}"
    return {
        "id": str(identity.document_id),
        "version": identity.version,
        "replaced": replaced,
        "replaced_id": str(identity.replaces or ""),
        "fingerprint": signing.content_sha256[:16] if signing else "",
    }


def practice(place: PlaceFacts) -> Mapping[str, str]:
    return {
        "name": place.name,
        "address": french.address_text(place.address),
        "phone": french.phone_text(place.phone),
    }


def author(who: ProfessionalFacts) -> Mapping[str, str]:
    return {
        "name": french.professional_name(who),
        "qualification": qualification(who),
        "rpps": who.rpps,
        "phone": french.phone_text(who.phone),
    }


def qualification(professional: ProfessionalFacts) -> str:
    """`Médecin - Médecine Générale (SM)` reads `Médecine Générale`."""
    label = professional.qualification.label.removesuffix(" (SM)")
    return label.removeprefix("Médecin - ")


def born(patient: PatientFacts) -> str:
    participle = {Sex.FEMALE: "née", Sex.MALE: "né"}.get(patient.sex, "né(e)")
    partial = patient.birth.day is None
    return f"{participle} {'en' if partial else 'le'} {french.birth_text(patient.birth)}"


def patient(person: PatientFacts) -> Mapping[str, Any]:
    traits = [
        ("Nom de naissance", person.birth_name),
        ("Prénoms de naissance", " ".join(person.birth_given_names)),
        ("Date de naissance", french.birth_text(person.birth)),
        ("Lieu de naissance", birth_place(person)),
        ("Sexe", _SEXES[person.sex]),
    ]
    lines = [("Numéro local (IPP)", person.local_id)]
    if person.matricule_to_send is not None:
        lines.insert(0, ("Matricule INS", matricule(person.matricule_to_send)))
    if person.address is not None and not person.address.is_empty:
        lines.append(("Adresse", french.address_text(person.address)))
    return {"name": french.patient_name(person), "traits": traits, "lines": lines, "note": identity_note(person)}


def birth_place(patient: PatientFacts) -> str:
    if patient.birth_place_code == _UNKNOWN_PLACE:
        return "inconnu"
    name, code = patient.birth_place_name, patient.birth_place_code
    return f"{name} ({code})" if name else f"code COG {code}"


def matricule(number: Matricule) -> str:
    kind = ", matricule de test" if number.oid.is_for_tests else ""
    return f"{french.matricule_text(number.value)} (identité qualifiée{kind})"


def identity_note(patient: PatientFacts) -> str:
    """Why the matricule is not there (R-5); empty when it is."""
    if patient.matricule_to_send is not None:
        return ""
    status = _STATUSES[patient.identity_status]
    return f"Le matricule INS ne figure pas sur ce document{french.NBSP}: {status}."


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs (separated by an empty line), each as its lines."""
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n\n")
    return [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks if block.strip()]


def section(title: str, text: str, *, is_key: bool = False) -> Mapping[str, Any]:
    return {"title": title, "paragraphs": paragraphs(text), "is_key": is_key}


def prescribed(items: tuple[PrescribedItem, ...] | None) -> Mapping[str, Any]:
    if items is None:
        return {"rows": [], "summary": "À compléter."}
    rows = [(_KINDS[item.kind], item.text) for item in items]
    return {"rows": rows, "summary": "" if rows else "Aucun acte ni prescription."}


def actor(professional: ProfessionalFacts, role: str) -> tuple[str, str, str, str]:
    name, quality = french.professional_name(professional), qualification(professional)
    return name, quality, role, professional.rpps


def signature(
    who: ProfessionalFacts, territory: Territory, software: str, signing: Signing | None
) -> Mapping[str, str] | None:
    if signing is None:
        return None
    moment = french.instant_text(signing.signed_at, territory)
    return {
        "who": f"{french.professional_name(who)}, {qualification(who)}, RPPS {who.rpps}",
        "when": f"Signé électroniquement le {moment} ({french.offset_text(signing.signed_at, territory)})",
        "fingerprint": french.hash_text(signing.content_sha256),
        "software": software,
    }
