"""Identities and contact data as the plain JSON that is sealed in the database, and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.kernel.identifiers import InsOid, Matricule
from telemed.patients.model import (
    Address,
    CheckMethod,
    Contact,
    DoubtReason,
    Identity,
    IdentityCheck,
    IdentityDoubt,
    IdentityProof,
    InsiReceipt,
    InsiSource,
    Sex,
    Traits,
    UsedNames,
    parse_birth_date,
)

Json = dict[str, Any]


def traits_to_json(traits: Traits) -> Json:
    return {
        "birth_name": traits.birth_name,
        "birth_given_names": list(traits.birth_given_names),
        "birth_date": str(traits.birth_date),
        "sex": traits.sex,
        "birth_place": traits.birth_place,
    }


def traits_from_json(kept: Json) -> Traits:
    return Traits(
        birth_name=kept["birth_name"],
        birth_given_names=tuple(kept["birth_given_names"]),
        birth_date=parse_birth_date(kept["birth_date"]),
        sex=Sex(kept["sex"]) if kept["sex"] else None,
        birth_place=kept["birth_place"],
    )


def used_to_json(used: UsedNames) -> Json:
    return {"family": used.family, "given": used.given}


def used_from_json(kept: Json) -> UsedNames:
    return UsedNames(kept["family"], kept["given"])


def contact_to_json(contact: Contact) -> Json:
    address = contact.address
    return {
        "phone": contact.phone,
        "email": contact.email,
        "address": address
        and {
            "lines": list(address.lines),
            "postal_code": address.postal_code,
            "city": address.city,
            "country": address.country,
        },
    }


def contact_from_json(kept: Json) -> Contact:
    address = kept["address"]
    return Contact(
        phone=kept["phone"],
        email=kept["email"],
        address=Address(tuple(address["lines"]), address["postal_code"], address["city"], address["country"])
        if address
        else None,
    )


def identity_to_json(identity: Identity) -> Json:
    """A whole identity with its axes, as a version keeps it."""
    insi, check, doubt, matricule = identity.insi, identity.check, identity.doubt, identity.matricule
    return {
        "traits": traits_to_json(identity.traits),
        "matricule": matricule and {"value": matricule.value, "oid": matricule.oid},
        "insi": insi and {"source": insi.source, "obtained_at": insi.obtained_at.isoformat()},
        "check": check and check_to_json(check),
        "doubt": doubt and {"reason": doubt.reason, "at": doubt.at.isoformat(), "by": doubt.by and str(doubt.by)},
    }


def identity_from_json(kept: Json) -> Identity:
    matricule, insi = kept["matricule"], kept["insi"]
    return Identity(
        traits=traits_from_json(kept["traits"]),
        matricule=Matricule(matricule["value"], InsOid(matricule["oid"])) if matricule else None,
        insi=InsiReceipt(InsiSource(insi["source"]), datetime.fromisoformat(insi["obtained_at"])) if insi else None,
        check=check_from_json(kept["check"]) if kept["check"] else None,
        doubt=_doubt_from_json(kept["doubt"]) if kept["doubt"] else None,
    )


def check_to_json(check: IdentityCheck) -> Json:
    return {
        "proof": check.proof,
        "method": check.method,
        "companion": check.companion,
        "at": check.at.isoformat(),
        "by": check.by and str(check.by),
    }


def check_from_json(kept: Json) -> IdentityCheck:
    return IdentityCheck(
        proof=IdentityProof(kept["proof"]),
        method=CheckMethod(kept["method"]),
        at=datetime.fromisoformat(kept["at"]),
        by=UUID(kept["by"]) if kept["by"] else None,
        companion=IdentityProof(kept["companion"]) if kept["companion"] else None,
    )


def _doubt_from_json(kept: Json) -> IdentityDoubt:
    return IdentityDoubt(
        reason=DoubtReason(kept["reason"]),
        at=datetime.fromisoformat(kept["at"]),
        by=UUID(kept["by"]) if kept["by"] else None,
    )
