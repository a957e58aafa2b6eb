"""Lots and returns in the words of the screens: where a lot stands, what is awaited, what the caisse said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from billing.formats.words import organism_words
from billing.model.life import Stage
from billing.model.lot import Attempt, AttemptOutcome, KeptLot, KeptReturn, LotProgress, ReturnKind, ReturnState
from telemed.kernel.money import format_euros
from telemed.web import claim_words, forms, french
from telemed.web.views.claims import LifeEvent
from telemed.web.views.frame import Tone
from telemed.web.views.lots import AsideLine, Awaited, StageMark

STAGES: Mapping[Stage, StageMark] = {
    Stage.LOTTED: StageMark("Scellé", "lock"),
    Stage.TRANSMITTED: StageMark("Envoyé", "send"),
    Stage.REFUSED: StageMark("Refusé (ARL−)", "warning", Tone.NOW),
    Stage.SILENT: StageMark("Sans réponse", "clock", Tone.SOON),
    Stage.RETRANSMITTED: StageMark("Renvoyé", "refresh"),
    Stage.PAPER_REQUESTED: StageMark("Duplicata papier", "document", Tone.NOW),
    Stage.ACKNOWLEDGED: StageMark("Reçu (ARL+)", "check-circle", Tone.FINE),
}
"""Where a lot stands, in a word with its icon."""
_TO_SEND = frozenset({Stage.LOTTED, Stage.REFUSED, Stage.SILENT})
_AWAITED: Mapping[Stage, str] = {
    Stage.LOTTED: "À envoyer : il part de lui-même.",
    Stage.TRANSMITTED: "Accusé de réception attendu ; s’il ne vient pas, le lot repart de lui-même.",
    Stage.REFUSED: "À renvoyer : le lot repart de lui-même.",
    Stage.SILENT: "À renvoyer : le lot repart de lui-même.",
    Stage.RETRANSMITTED: "Réponse attendue ; si elle ne vient pas, un duplicata papier sera demandé.",
}
OUTCOMES: Mapping[AttemptOutcome | None, tuple[str, Tone]] = {
    AttemptOutcome.RECEIVED: ("La caisse a le lot.", Tone.FINE),
    AttemptOutcome.UNAVAILABLE: ("Caisse injoignable : un nouvel essai suit de lui-même.", Tone.SOON),
    AttemptOutcome.GARBAGE: ("Réponse illisible de la caisse : un nouvel essai suit de lui-même.", Tone.SOON),
    AttemptOutcome.TIMEOUT: ("Pas de réponse à temps : un nouvel essai suit de lui-même.", Tone.SOON),
    None: ("En cours, ou coupé : on ne sait pas si la caisse l’a reçu. Le même lot repart s’il le faut.", Tone.SOON),
}
"""What came of an attempt, and how loud it is."""
EFFECTS: Mapping[ReturnState, str] = {
    ReturnState.APPLIED: "",
    ReturnState.UNCHANGED: "N’a rien changé de plus.",
    ReturnState.ANOTHERS: "Mis de côté : il ne répond à rien de ce lot.",
    ReturnState.CONTRADICTS: "Mis de côté : il contredit ce qui est connu.",
    ReturnState.UNREADABLE: "Mis de côté : il ne se lit pas.",
}
"""What a return changed."""
_PAYERS = {"amo": "l’assurance maladie (AMO)", "amc": "la complémentaire (AMC)"}
_ASIDE: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "Retour illisible",
        (
            "Demandez à la caisse de l’émettre de nouveau. S’il en vient d’autres, donnez la référence ci-dessous à "
            "qui tient l’installation."
        ),
    ),
    "unknown": (
        "Retour d’un lot qui n’est pas le vôtre",
        (
            "Si ce numéro RPPS n’est pas le vôtre, il n’y a rien à faire. S’il l’est, signalez à la caisse que ce "
            "numéro et cette empreinte ne sont ceux d’aucun lot envoyé d’ici."
        ),
    ),
    "stray": (
        "Retour sans facture dans ce lot",
        "Comparez avec les factures du lot, puis demandez à la caisse à laquelle elle répond.",
    ),
    "arl": (
        "Accusé de réception contraire au précédent",
        "Le premier accusé vous reste acquis. Appelez la caisse avec les deux : rien n’est à renvoyer d’ici là.",
    ),
    "paid": (
        "Paiement en double, tardif ou inattendu",
        (
            "Ouvrez la facture et comparez avec le relevé de banque : payée deux fois, payée après avoir été annulée "
            "ou corrigée, ou déjà réglée par le patient, la somme reçue en trop se rend à la caisse."
        ),
    ),
    "rejected": (
        "Rejet tardif ou inattendu",
        (
            "La facture n’attendait plus de réponse : elle reste comme elle est. Demandez à la caisse laquelle de ses "
            "réponses vaut, avant de corriger quoi que ce soit."
        ),
    ),
}
"""A return that was set aside: its title, and what to do."""
_NUMBER_OF_A_PERSON = re.compile(r"(?<![0-9])[1-9](?:[\s.\-]?[0-9AB]){12,14}(?![0-9])")


def digest_words(sha256: str) -> str:
    """The beginning of a digest: enough to recognise it."""
    return f"{sha256[:12]}…"


def awaited(lot: KeptLot, progress: LotProgress, today: date, *, has_caisse: bool) -> Awaited:
    """What is due of a lot, and until when."""
    standing = lot.standing
    if standing.stage is Stage.ACKNOWLEDGED:
        return Awaited("Rien : l’envoi vous est acquis.")
    if standing.stage is Stage.PAPER_REQUESTED:
        if not progress.paper_left:
            return Awaited("Rien : chaque facture a suivi sa voie.")
        told = french.format_count(progress.paper_left, "duplicata papier", "duplicatas papier")
        return Awaited(f"Adressez à la caisse {told}.", claim_words.limit_badge(standing.due_on, today))
    limit = None if standing.due_on is None else claim_words.limit_badge(standing.due_on, today)
    if standing.stage in _TO_SEND and not has_caisse:
        return Awaited("À envoyer : il attend qu’une caisse soit reliée.", limit)
    if standing.stage is Stage.LOTTED and standing.tries:
        return Awaited("Pas encore arrivé : un nouvel essai suit de lui-même.", limit)
    return Awaited(_AWAITED[standing.stage], limit)


def attempt_event(attempt: Attempt) -> LifeEvent:
    told, tone = OUTCOMES[attempt.outcome]
    title = f"Renvoi, essai n° {attempt.number}" if attempt.is_retransmission else "Premier envoi"
    same = " Le même lot, les mêmes octets." if attempt.is_retransmission else ""
    return LifeEvent(attempt.started_at, title, f"{told}{same}", None, tone)


def return_event(kept: KeptReturn) -> LifeEvent:
    """A return in the life of its lot: what it says, and what it changed."""
    title, tone = _title(kept)
    if kept.state is not ReturnState.APPLIED:
        tone = Tone.PLAIN if kept.state is ReturnState.UNCHANGED else Tone.SOON
    told = " ".join(text for text in (*_says(kept), EFFECTS[kept.state]) if text)
    return LifeEvent(kept.received_at, title, told, _cents(kept), tone)


def aside_line(kept: KeptReturn, *, claims_open: bool) -> AsideLine:
    """A return that was set aside. Of a lot that is another's, neither amount nor reason is shown."""
    sort = _sort(kept)
    title, todo = _ASIDE[sort]
    return AsideLine(
        title=title,
        received_at=kept.received_at,
        says=_says(kept, is_own=sort != "unknown"),
        todo=todo,
        detail=str(kept.content.get("problem") or ""),
        lot_address="" if kept.lot_id is None else f"/facturation/envois/{kept.lot_id}",
        claim_address="" if kept.claim_id is None or not claims_open else f"/facturation/{kept.claim_id}",
        reference=kept.return_id,
    )


def _sort(kept: KeptReturn) -> str:
    if kept.state is ReturnState.UNREADABLE:
        return "unreadable"
    if kept.state is ReturnState.ANOTHERS:
        return "unknown" if kept.lot_id is None else "stray"
    if kept.kind is ReturnKind.ARL:
        return "arl"
    return "paid" if _cents(kept) else "rejected"


def _title(kept: KeptReturn) -> tuple[str, Tone]:
    if kept.kind is ReturnKind.UNREADABLE:
        return "Retour illisible", Tone.SOON
    if kept.kind is ReturnKind.ARL:
        return ("ARL positif", Tone.FINE) if kept.content.get("is_positive") else ("ARL négatif", Tone.NOW)
    return ("Paiement (RSP)", Tone.FINE) if _cents(kept) else ("Rejet (RSP)", Tone.NOW)


def _says(kept: KeptReturn, *, is_own: bool = True) -> tuple[str, ...]:
    """What a return says, a sentence each."""
    content = kept.content
    if kept.kind is ReturnKind.UNREADABLE:
        return ("Le message n’est pas au format convenu avec la caisse.",)
    if not is_own:
        organism = organism_words(str(content.get("organism") or ""))
        return (
            f"Il parle du lot n° {content.get('lot_number')}, organisme {organism}.",
            f"Émetteur : RPPS {content.get('issuer_rpps')}.",
        )
    why = masked(str(content.get("reasons") or ""))
    reasons = (forms.sentence(why),) if why else ()
    if kept.kind is ReturnKind.ARL:
        said = "La caisse a pris le lot." if content.get("is_positive") else "La caisse refuse le lot entier."
        return (said, *reasons)
    payer = _PAYERS.get(str(content.get("payer")), "la caisse")
    cents, number = _cents(kept), content.get("fse_number")
    what = f"un paiement de {format_euros(cents)}" if cents else "un rejet"
    return (f"Pour la FSE n° {number}, {what} de {payer}.", *reasons)


def _cents(kept: KeptReturn) -> int | None:
    cents = kept.content.get("amount_cents")
    return cents if isinstance(cents, int) and cents else None


def masked(text: str) -> str:
    """A text of the caisse without the number of an insured person, should it hold one."""
    return _NUMBER_OF_A_PERSON.sub("••••", text)
