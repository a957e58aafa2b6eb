"""Reads back from a TLM-CR or a TLM-DA what identifies it: to match a received document, to verify a sealed one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.model import DocumentIdentity
from telemed.kernel.identifiers import InsOid, Matricule

_NS = {"h": codes.HL7_NAMESPACE}
_PATIENT = "h:recordTarget/h:patientRole"


@dataclass(frozen=True, repr=False)
class ReportHeader:
    """The header of one document. A TLM-CR carries its PDF, a TLM-DA none; what is only asked for has no end."""

    type_code: str
    identity: DocumentIdentity
    matricule: Matricule | None
    local_id: str
    birth_name: str
    birth_given_names: str
    used_name: str
    birth_date: str
    birth_place_code: str
    author_rpps: str
    recipient_rpps: tuple[str, ...]
    participant_rpps: tuple[str, ...]
    act_codes: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    signed_at: datetime
    pdf: bytes | None
    order_id: UUID | None = None


def read_report_cda(cda: bytes) -> ReportHeader:
    """Raises ValueError if it is not a document that we could have made."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return _header(etree.fromstring(cda, parser))
    except (etree.XMLSyntaxError, IndexError) as error:
        raise ValueError("not a document of an act in CDA") from error


def _header(root: etree._Element) -> ReportHeader:
    def every(path: str) -> tuple[str, ...]:
        found = root.xpath(path, namespaces=_NS)
        return tuple(str(item) for item in found) if isinstance(found, list) else ()

    def one(path: str) -> str:
        return every(path)[0]

    persons = f"h:id[@root='{codes.PERSON_OID}']/@extension"
    ids = [*zip(every(f"{_PATIENT}/h:id/@root"), every(f"{_PATIENT}/h:id/@extension"), strict=True)]
    ins = [Matricule(number, InsOid(oid)) for oid, number in ids if oid in set(InsOid)]
    names, event = f"{_PATIENT}/h:patient/h:name", "h:documentationOf[1]/h:serviceEvent/h:effectiveTime"
    ends = every(f"{event}/h:high/@value")
    bodies = every("h:component/h:nonXMLBody/h:text/text()")
    orders = every("h:inFulfillmentOf/h:order/h:id/@root")
    replaced = every("h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id/@root")
    return ReportHeader(
        type_code=one("h:code/@code"),
        identity=DocumentIdentity(
            codes.oid_uuid(one("h:id/@root")),
            codes.oid_uuid(one("h:setId/@root")),
            int(one("h:versionNumber/@value")),
            _replaced(replaced),
        ),
        matricule=next(iter(ins), None),
        local_id=next(number for oid, number in ids if oid not in set(InsOid)),
        birth_name=one(f"{names}/h:family[@qualifier='BR']/text()"),
        birth_given_names=one(f"{names}/h:given[not(@qualifier)]/text()"),
        used_name="".join(every(f"{names}/h:family[@qualifier='CL']/text()")),
        birth_date=one(f"{_PATIENT}/h:patient/h:birthTime/@value"),
        birth_place_code=one(f"{_PATIENT}/h:patient/h:birthplace/h:place/h:addr/h:county/text()"),
        author_rpps=one(f"h:author/h:assignedAuthor/{persons}")[1:],
        recipient_rpps=tuple(rpps[1:] for rpps in every(f"h:informationRecipient/h:intendedRecipient/{persons}")),
        participant_rpps=tuple(rpps[1:] for rpps in every(f"h:participant/h:associatedEntity/{persons}")),
        act_codes=every("h:documentationOf/h:serviceEvent/h:code/@code"),
        started_at=_instant(one(f"{event}/h:low/@value")),
        ended_at=_instant(ends[0]) if ends else None,
        signed_at=_instant(one("h:legalAuthenticator/h:time/@value")),
        pdf=base64.b64decode("".join(bodies[0].split()), validate=True) if bodies else None,
        order_id=codes.oid_uuid(orders[0]) if orders else None,
    )


def _replaced(oids: tuple[str, ...]) -> UUID | None:
    return codes.oid_uuid(oids[0]) if oids else None


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S%z")
