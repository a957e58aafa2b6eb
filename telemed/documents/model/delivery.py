"""To whom a signed document goes, and how far it went: one line for each thing that happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.kernel.messages import Channel


class Recipient(StrEnum):
    """Whom a report is meant for."""

    REQUERANT = "requerant"
    PRESCRIBER = "prescriber"
    MEDECIN_TRAITANT = "medecin_traitant"
    PATIENT = "patient"
    DMP = "dmp"


class DeliveryStep(StrEnum):
    """`queued`: it waits; `available`: it is where the recipient opens it; `told`: an operator took the message that
    says so; `handed_over`: given by hand; `withheld`: it does not go; `failed`: the message was refused."""

    QUEUED = "queued"
    AVAILABLE = "available"
    TOLD = "told"
    HANDED_OVER = "handed_over"
    WITHHELD = "withheld"
    FAILED = "failed"


class DeliveryReason(StrEnum):
    """Why a delivery stands where it stands."""

    IN_CASE = "in_case"
    OPENED = "opened"
    IS_AUTHOR = "is_author"
    IS_REQUERANT = "is_requerant"
    IS_PRESCRIBER = "is_prescriber"
    TO_TELL = "to_tell"
    HAS_ACCOUNT = "has_account"
    NO_CONTACT = "no_contact"
    MESSAGE_TAKEN = "message_taken"
    MESSAGE_REFUSED = "message_refused"
    BY_HAND = "by_hand"
    MASKED = "masked"
    HIDDEN_FROM_PATIENT = "hidden_from_patient"
    NO_ATTENDING_DOCTOR = "no_attending_doctor"
    RPPS_UNKNOWN = "rpps_unknown"
    DECEASED = "deceased"
    MSSANTE_NOT_CONNECTED = "mssante_not_connected"
    DMP_NOT_CONNECTED = "dmp_not_connected"
    INS_NOT_QUALIFIED = "ins_not_qualified"


@dataclass(frozen=True)
class Addressees:
    """Whom a report of télésurveillance is for: by RPPS, empty where it is not known. `attending`: the médecin
    traitant; `may_leave`: does the identity allow the DMP (R-5)? `is_dead`: the patient is told nothing any more."""

    author: str
    prescriber: str
    attending: str
    may_leave: bool
    is_dead: bool = False

    def rpps_of(self, recipient: Recipient) -> str:
        """Empty for who is no doctor."""
        return {Recipient.PRESCRIBER: self.prescriber, Recipient.MEDECIN_TRAITANT: self.attending}.get(recipient, "")


@dataclass(frozen=True)
class Delivery:
    """One line: appended, never changed. The last one of a recipient says where his delivery stands.

    `professional_id` is the recipient's account, which may open the document from now on; `receipt` is the operator's
    own name for the message that he took; `by` is who handed the document over, or had it sent again.
    """

    id: UUID
    document_id: UUID
    recipient: Recipient
    step: DeliveryStep
    reason: DeliveryReason
    at: datetime
    channel: Channel | None = None
    receipt: str = ""
    professional_id: UUID | None = None
    by: UUID | None = None
