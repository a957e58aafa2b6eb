"""Who may ask whom (R-25): any health professional asks, a professionnel médical answers, two different persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telemed.acts.teleexpertise.model import Case, Outcome, Urgency
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse
from telemed.law.parameter import LawOfDay

REQUERANT = "teleexpertise/parties/requerant"
REQUIS = "teleexpertise/parties/requis"
MOST_AT_ONCE = 5
_LAW = "CSP, art. R. 6316-1, 2° ; R-25"


@dataclass(frozen=True)
class Party:
    """A person as the rule sees him: `profession` is a TRE_G15 code, empty for who is no health professional."""

    rpps: str | None
    profession: str
    is_suspended: bool = False


def check_requerant(asker: Party, law: LawOfDay) -> Decision:
    """May this person ask for a télé-expertise on the day of `law`?"""
    allowed = law.value(REQUERANT)
    if asker.rpps and asker.profession in allowed.labels:
        return ALLOWED
    text = f"Peuvent demander une téléexpertise : {', '.join(allowed.labels.values())}."
    return refuse(Reason("teleexpertise.requerant_profession", text, _LAW, {"profession": asker.profession}))


def check_requis(expert: Party, law: LawOfDay) -> Decision:
    """May this person answer on the day of `law`?"""
    allowed = law.value(REQUIS)
    if expert.is_suspended:
        return refuse(Reason("teleexpertise.requis_unavailable", "Ce professionnel n'exerce plus dans le service."))
    if expert.rpps and expert.profession in allowed.labels:
        return ALLOWED
    text = f"Répondent à une téléexpertise : {', '.join(allowed.labels.values())}."
    return refuse(Reason("teleexpertise.requis_profession", text, _LAW, {"profession": expert.profession}))


def check_parties(asker: Party, expert: Party, law: LawOfDay) -> Decision:
    """May the one ask the other? By RPPS: one person with accounts in two practices is still one person."""
    return combine((check_requerant(asker, law), check_requis(expert, law), *_check_different(asker, expert)))


def check_offers(case: Case, colleagues: Sequence[str]) -> Decision:
    """May the case be offered at once to the colleagues of these RPPS?"""
    return combine((*_check_number(case, colleagues), *_check_refused(case, colleagues)))


def _check_different(asker: Party, expert: Party) -> Iterator[Decision]:
    if asker.rpps == expert.rpps:
        text = "Le requérant et le requis sont deux personnes différentes."
        yield refuse(Reason("teleexpertise.same_person", text, _LAW))


def _check_number(case: Case, colleagues: Sequence[str]) -> Iterator[Decision]:
    asked = {"colleagues": len(colleagues)}
    if len(colleagues) > 1 and case.content.urgency is not Urgency.HOURS:
        text = "Plusieurs confrères à la fois : seulement pour une demande à traiter dans les heures."
        yield refuse(Reason("teleexpertise.parallel_not_urgent", text, compared=asked))
    if len(colleagues) > MOST_AT_ONCE or len(set(colleagues)) != len(colleagues):
        text = f"Choisissez de un à {MOST_AT_ONCE} confrères différents."
        yield refuse(Reason("teleexpertise.too_many_colleagues", text, compared=asked))


def _check_refused(case: Case, colleagues: Sequence[str]) -> Iterator[Decision]:
    refused = {offer.to.rpps for offer in case.offers if offer.outcome is Outcome.REFUSED}
    if refused & set(colleagues):
        text = "Ce confrère a déjà refusé cette demande : choisissez-en un autre."
        yield refuse(Reason("teleexpertise.refused_earlier", text, "R-26"))
    if {side.rpps for side in case.holders} & set(colleagues):
        yield refuse(Reason("teleexpertise.holds_it", "Ce confrère a déjà cette demande entre les mains.", "R-26"))
