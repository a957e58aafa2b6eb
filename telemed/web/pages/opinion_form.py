"""The form of an opinion: from the draft to fields, and back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telemed.acts.teleexpertise.model import CareUrgency, OpinionContent
from telemed.documents.model import Visibility
from telemed.web import forms
from telemed.web.pages.report_form import prescribed_values, read_prescribed
from telemed.web.views.frame import Choice, Form

HIDDEN_FROM = (
    Choice(Visibility.INVISIBLE_PATIENT, "Au patient"),
    Choice(Visibility.INVISIBLE_REPRESENTANTS_LEGAUX, "À ses représentants légaux"),
    Choice(Visibility.MASQUE_PS, "Aux autres professionnels de santé"),
)
_ANSWERS = {"oui": True, "non": False}


class OpinionForm(forms.FormModel):
    conclusion: Annotated[str, Field(max_length=8_000)] = ""
    conduite: Annotated[str, Field(max_length=8_000)] = ""
    urgence_soins: Annotated[CareUrgency | None, forms.EMPTY_IS_NONE] = None
    evite: Literal["", "oui", "non"] = ""
    incidents: Annotated[str, Field(max_length=2_000)] = ""
    aucun_incident: str = ""
    cache: str = ""
    revision: Annotated[int, Field(ge=0, le=2**31 - 2)] = 0


def read_opinion(form: Form) -> tuple[OpinionContent, int]:
    """What the form says, and the revision that it was written on. Raises FormError."""
    asked = forms.read(OpinionForm, form)
    content = OpinionContent(
        conclusion=asked.conclusion,
        conduct=asked.conduite,
        urgency=asked.urgence_soins,
        avoided_consultation=_ANSWERS.get(asked.evite),
        prescribed=read_prescribed(form),
        incidents=asked.incidents or ("" if asked.aucun_incident else None),
        visibility=frozenset(one for one in Visibility if one.value in asked.cache.split(",")),
    )
    return content, asked.revision


def opinion_values(content: OpinionContent) -> dict[str, str]:
    """The fields as the draft holds them."""
    return prescribed_values(content.prescribed) | {
        "conclusion": content.conclusion,
        "conduite": content.conduct,
        "urgence_soins": content.urgency.value if content.urgency else "",
        "evite": {True: "oui", False: "non", None: ""}[content.avoided_consultation],
        "incidents": content.incidents or "",
        "aucun_incident": "oui" if content.incidents == "" else "",
        "cache": ",".join(sorted(content.visibility)),
    }
