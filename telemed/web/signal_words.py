"""What is measured as the subject of a sentence: `le poids`, `la saturation en oxygène`, `les fuites`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telemed.web.french import FIXED

_NOUNS = {
    "le": "poids glucose bolus débit potassium sodium taux temps volume",
    "la": "taille pression fréquence saturation température glycémie durée créatinine protéinurie concentration perte "
    "pile",
    "l’": "indice insuline hémoglobine albuminurie écart impédance",
    "les": "fuites leucocytes plaquettes articulations",
}
_ARTICLES = {noun: article for article, nouns in _NOUNS.items() for noun in nouns.split()}
_OF = {"le": "du ", "la": "de la ", "l’": "de l’", "les": "des "}


@dataclass(frozen=True)
class Subject:
    """With its article, alone and after `de`."""

    text: str
    of: str
    is_plural: bool = False

    def verb(self, singular: str, plural: str) -> str:
        return plural if self.is_plural else singular


def knows(label: str) -> bool:
    """Is its first word one whose article we know?"""
    return _first(label) in _ARTICLES


def subject(label: str) -> Subject:
    """Of a signal's label; one whose gender we do not know is named between quotes."""
    article = _ARTICLES.get(_first(label))
    if article is None:
        return Subject(f"la mesure «{FIXED}{label}{FIXED}»", f"de la mesure «{FIXED}{label}{FIXED}»")
    noun = f"{label[:1].lower()}{label[1:]}"
    gap = "" if article == "l’" else " "
    return Subject(f"{article}{gap}{noun}", f"{_OF[article]}{noun}", is_plural=article == "les")


def _first(label: str) -> str:
    return re.split(r"[\s'’]", label.lower(), maxsplit=1)[0]
