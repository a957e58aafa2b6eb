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


def to_patient_page(link: str) -> Notice:
    """The patient opens it behind a link of his own, with his date of birth."""
    text = (
        f"Un document vous attend sur votre page : {link}\n"
        "Ce lien est personnel : ne le transférez pas. Votre date de naissance vous sera demandée."
    )
    return Notice("Un document vous attend", text)


def to_doctor(address: str, *, as_what: str = "médecin traitant") -> Notice:
    text = f"Un document vous est adressé en tant que {as_what}.\nConnectez-vous : {address}"
    return Notice("Un document vous est adressé", text)
