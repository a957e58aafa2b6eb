"""The pieces that a CDA header repeats: addresses, telecoms, persons, organisations, times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.model import Address, PlaceFacts, ProfessionalFacts
from telemed.kernel.clock import Territory, require_aware

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Span:
    """How long something lasted; an act that is only asked for has no end."""

    start: datetime
    end: datetime | None
    territory: Territory


def add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    """A child in the HL7 namespace; characters that XML cannot carry (control codes) are left out of the text."""
    element = etree.SubElement(parent, f"{{{codes.HL7_NAMESPACE}}}{tag}")
    for name, value in attributes.items():
        element.set(name, clean(value))
    if text is not None:
        element.text = clean(text)
    return element


def clean(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return _NOT_XML.sub("", text)


def coded(
    parent: etree._Element, tag: str, concept: tuple[str, str], system: str, *, system_name: str = ""
) -> etree._Element:
    code, label = concept
    element = add(parent, tag, code=code, displayName=label, codeSystem=system)
    if system_name:
        element.set("codeSystemName", system_name)
    return element


def stamp(instant: datetime, territory: Territory) -> str:
    """`20261122143000+0100`: an HL7 TS with the offset of the place of practice."""
    return require_aware(instant).astimezone(territory.zone).strftime("%Y%m%d%H%M%S%z")


def bounds(parent: etree._Element, span: Span) -> None:
    """`low`, and `high` once it is over: CI-SIS refuses an interval whose ends are written alike, to the second."""
    low, high = stamp(span.start, span.territory), stamp(span.end, span.territory) if span.end else ""
    add(parent, "low", value=low)
    if high not in ("", low):
        add(parent, "high", value=high)


def address(parent: etree._Element, place: Address, *, use: str = "") -> None:
    """Written by parts; a place that is only described goes by address lines; one that is unknown says only that."""
    element = add(parent, "addr")
    lines = [line for line in place.lines if line.strip()]
    if use and (lines or place.city or place.postal_code):
        element.set("use", use)
    if place.city or place.postal_code:
        street, complement = ", ".join(lines[:1]), ", ".join(lines[1:])
        parts = {"streetName": street, "additionalLocator": complement, "postalCode": place.postal_code}
        for tag, value in {**parts, "city": place.city, "country": place.country}.items():
            if value:
                add(element, tag, value)
    elif lines:
        for line in lines[:7]:
            add(element, "streetAddressLine", line)
    else:
        element.set("nullFlavor", "UNK")


def phone_number(text: str) -> str:
    """A number as a telecom value wants it: digits, with `+` before a country code."""
    return re.sub(r"[^\d+]", "", text)


def telecom(parent: etree._Element, value: str, *, use: str = "") -> None:
    element = add(parent, "telecom", value=value)
    if use:
        element.set("use", use)


def professional_phone(parent: etree._Element, professional: ProfessionalFacts) -> None:
    place = professional.place
    number = phone_number(professional.phone or (place.phone if place else ""))
    if number:
        telecom(parent, f"tel:{number}", use="WP")


def person_id(parent: etree._Element, professional: ProfessionalFacts) -> None:
    """PSIdNat: `8` and the RPPS (trap 23)."""
    add(parent, "id", root=codes.PERSON_OID, extension=f"8{professional.rpps}")


def qualification(parent: etree._Element, professional: ProfessionalFacts) -> None:
    concept = (professional.qualification.code, professional.qualification.label)
    coded(parent, "code", concept, codes.PROFESSION_OID)


def person_name(parent: etree._Element, professional: ProfessionalFacts) -> None:
    name = add(parent, "name")
    if professional.civility is not None:
        add(name, "prefix", professional.civility.value)
    if professional.given_name:
        add(name, "given", professional.given_name)
    add(name, "family", professional.family_name)
    if professional.title is not None:
        add(name, "suffix", professional.title.value)


def professional(parent: etree._Element, who: ProfessionalFacts, *, with_setting: bool = False) -> None:
    """Identifier, qualification, address, phone, name and organisation, in the order of an assigned entity.

    `with_setting` asks for a practice setting even when the place of practice is unknown: a performer must have one.
    """
    person_id(parent, who)
    qualification(parent, who)
    if who.place is not None:
        address(parent, who.place.address, use="WP")
    professional_phone(parent, who)
    person_name(add(parent, "assignedPerson"), who)
    if who.place is not None:
        organisation(add(parent, "representedOrganization"), who.place)
    elif with_setting:
        setting(add(parent, "representedOrganization"), codes.Coded("AMBULATOIRE", "Ambulatoire"))


def organisation(parent: etree._Element, place: PlaceFacts) -> None:
    add(parent, "id", root=codes.STRUCTURE_OID, extension=place.structure.national)
    add(parent, "name", place.name)
    if phone_number(place.phone):
        telecom(parent, f"tel:{phone_number(place.phone)}", use="WP")
    address(parent, place.address)
    setting(parent, codes.practice_setting(place.facility))


def setting(parent: etree._Element, concept: codes.Coded) -> None:
    coded(
        parent,
        "standardIndustryClassCode",
        concept,
        codes.PRACTICE_SETTING_OID,
        system_name="practiceSettingCode",
    )


def custodian(root: etree._Element, place: PlaceFacts) -> None:
    assigned = add(add(root, "custodian"), "assignedCustodian")
    keeper = add(assigned, "representedCustodianOrganization")
    add(keeper, "id", root=codes.STRUCTURE_OID, extension=place.structure.national)
    add(keeper, "name", place.name)
    if phone_number(place.phone):
        telecom(keeper, f"tel:{phone_number(place.phone)}", use="WP")
    address(keeper, place.address)
