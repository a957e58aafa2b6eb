"""What people are told of a document that waits for them: never about whom, by whom or what (R-51)."""

from __future__ import annotations

from typing import NamedTuple


class Notice(NamedTuple):
    """`subject` is for e-mail."""

    subject: str
    text: str


def to_patient() -> Notice:
    """The patient has no account: whoever cares for him hands the document over."""
    text = (
        "Un document vous concernant est prêt. Demandez-le au professionnel de santé que vous avez consulté, "
        "sur place ou par téléphone.\nNe répondez pas à ce message."
    )
    return Notice("Un document vous attend", text)


def to_doctor(address: str) -> Notice:
    text = f"Un document vous est adressé en tant que médecin traitant.\nConnectez-vous : {address}"
    return Notice("Un document vous est adressé", text)
