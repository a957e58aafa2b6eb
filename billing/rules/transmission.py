"""How a claim is invoiced (R-47): the mode, the « prescripteur », who owes which share, and what is missing, said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from billing.facts import AccompanimentFacts, ActFacts, ActKind, Part, TeleexpertiseFacts
from billing.model.claim import Claim
from billing.model.exchange import TransmissionMode
from billing.model.invoice import RightsSource, Shares
from billing.rules.tariff import ClaimState
from telemed.kernel.decision import Reason
from telemed.law.parameter import DatedValue, LawOfDay, NotInForce

WITHOUT_CARD = "claims/modes/sesam_sans_vitale"
DEGRADED_WITHOUT_PAPER = "claims/modes/degraded_without_paper"
WITH_PRESCRIPTEUR = "claims/modes/prescripteur"
DRE_BESIDE_FSE = "claims/modes/dre_beside_fse"
ALWAYS_TIERS_PAYANT = "claims/tiers_payant/always"
TELECONSULTATION_RATE = "teleconsultation/coverage_rate"
TELEEXPERTISE_RATE = "teleexpertise/coverage_rate"
PHARMACY_RATE = "accompaniment/pharmacy_coverage_rate"
PHARMACY_CODE = "TLM"
R47 = "SESAM-Vitale, avenant 18 « Télémédecine »"


@dataclass(frozen=True)
class Rights:
    """What is known of the patient's rights: where and when they were read, and of his complementary insurer."""

    source: RightsSource
    seen_on: date
    has_complementary: bool = False
    takes_dre: bool = False


@dataclass(frozen=True)
class BilledAct:
    """What the rule looks at in a claim. `is_covered`: are the conditions of the parcours met, None if not assessed."""

    state: ClaimState
    kind: ActKind
    day: date
    code: str | None
    amount_cents: int | None
    asks_tiers_payant: bool = False
    is_covered: bool | None = None
    has_overrun: bool = False
    prescripteur: str | None = None

    @classmethod
    def of(cls, claim: Claim) -> BilledAct:
        facts = claim.facts
        act = cls(claim.state, facts.kind, claim.day, claim.code, claim.amount_cents, prescripteur=_prescripteur(claim))
        if not isinstance(facts, ActFacts):
            return act
        return replace(
            act,
            asks_tiers_payant=facts.is_tiers_payant,
            is_covered=facts.reimbursement.is_met,
            has_overrun=facts.has_overrun,
        )


@dataclass(frozen=True)
class Wish:
    """What the person asks for: a paper sheet where no right is known, the compulsory share where no text gives it.

    `amo_source` is the text on which he says that this share rests.
    """

    is_on_paper: bool = False
    amo_cents: int | None = None
    amo_source: str = ""


@dataclass(frozen=True)
class Terms:
    """All that an invoice needs, once nothing is missing."""

    code: str
    mode: TransmissionMode
    shares: Shares
    is_tiers_payant: bool
    prescripteur: str | None
    has_dre: bool


@dataclass(frozen=True)
class Transmission:
    """How the claim would leave. Refusals hold it; `basis` holds every legal value that was used."""

    mode: TransmissionMode | None
    is_tiers_payant: bool
    shares: Shares | None
    prescripteur: str | None
    has_dre: bool = False
    refusals: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    basis: tuple[DatedValue, ...] = ()
    code: str | None = None

    @property
    def terms(self) -> Terms | None:
        """The terms of the invoice, None while something is refused."""
        if self.refusals or self.code is None or self.mode is None or self.shares is None:
            return None
        return Terms(self.code, self.mode, self.shares, self.is_tiers_payant, self.prescripteur, self.has_dre)


def plan_transmission(act: BilledAct, rights: Rights | None, law: LawOfDay, wish: Wish | None = None) -> Transmission:
    """How may this claim be invoiced, under the law of its day? A refusal says what is missing."""
    wish = wish or Wish()
    if act.state is not ClaimState.PROPOSED or act.code is None or act.amount_cents is None:
        return Transmission(None, False, None, None, refusals=(_not_proposed(act),))
    basis: list[DatedValue] = []
    mode, reasons = _find_mode(act.code, act.day, rights, law, wish, basis)
    is_tiers_payant = _is_tiers_payant(act, law, basis)
    prescripteur, missing = _find_prescripteur(act, law, basis)
    rate = _find_rate(act, law)
    dre = _find_dre(mode, rights, law)
    shares = _share(act, rate, has_insurer_beside=dre is not None, is_tiers_payant=is_tiers_payant, wish=wish)
    if rate is not None and is_tiers_payant:
        basis.append(rate)
    refusals = [*missing, *(() if mode is not None else (_insurance_missing(),))]
    refusals += [] if shares is not None else [_coverage_not_established(act)]
    has_dre = shares is not None and shares.amc_cents > 0
    if dre is not None and has_dre:
        basis.append(dre)
    return Transmission(
        mode=mode,
        is_tiers_payant=is_tiers_payant,
        shares=shares,
        prescripteur=prescripteur,
        has_dre=has_dre,
        refusals=tuple(refusals),
        warnings=reasons,
        basis=tuple(basis),
        code=act.code,
    )


def _find_mode(
    code: str, day: date, rights: Rights | None, law: LawOfDay, wish: Wish, basis: list[DatedValue]
) -> tuple[TransmissionMode | None, tuple[Reason, ...]]:
    """With the card of that day; without it where the list has the code; else degraded. None: no right is known."""
    if wish.is_on_paper:
        return TransmissionMode.PAPER_SHEET, (_paper_sheet(),)
    if rights is None:
        return None, ()
    if rights.source is RightsSource.CARTE_VITALE and rights.seen_on == day:
        return TransmissionMode.SESAM_VITALE, ()
    listed = law.find(WITHOUT_CARD)
    if listed is not None and code in listed.labels:
        basis.append(listed)
        return TransmissionMode.SESAM_SANS_VITALE, ()
    return TransmissionMode.DEGRADED, (_degraded(code, law, basis),)


def asks_tiers_payant(act: BilledAct, law: LawOfDay) -> bool:
    """Does the patient advance nothing: because the code has it so, or because it was asked for?"""
    return _is_tiers_payant(act, law, [])


def _is_tiers_payant(act: BilledAct, law: LawOfDay, basis: list[DatedValue]) -> bool:
    always = law.find(ALWAYS_TIERS_PAYANT)
    if always is not None and act.code in always.labels:
        basis.append(always)
        return True
    return act.asks_tiers_payant or act.kind is ActKind.TELEMONITORING


def _prescripteur(claim: Claim) -> str | None:
    facts = claim.facts
    if isinstance(facts, TeleexpertiseFacts) and claim.part is Part.OPINION:
        return facts.requerant.rpps
    return facts.teleconsultation.rpps if isinstance(facts, AccompanimentFacts) else None


def _find_prescripteur(act: BilledAct, law: LawOfDay, basis: list[DatedValue]) -> tuple[str | None, tuple[Reason, ...]]:
    """The number of the other professional, for the codes that need one, and for them alone."""
    listed = law.find(WITH_PRESCRIPTEUR)
    if listed is None or act.code is None or act.code not in listed.labels:
        return None, ()
    basis.append(listed)
    if act.prescripteur is None:
        text = f"Le code {act.code} porte le numéro d'un autre professionnel : {listed.labels[act.code]}. Il manque."
        return None, (Reason("billing.prescriber_missing", text, R47, {"code": act.code}),)
    return act.prescripteur, ()


def _find_rate(act: BilledAct, law: LawOfDay) -> DatedValue | None:
    """The rate of the compulsory insurance; None where no source that we hold gives it."""
    if act.has_overrun:
        return None
    try:
        if act.kind is ActKind.TELEEXPERTISE:
            return law.value(TELEEXPERTISE_RATE)
        if act.kind is ActKind.ACCOMPANIMENT and act.code == PHARMACY_CODE:
            return law.value(PHARMACY_RATE)
        if act.kind is ActKind.TELECONSULTATION and act.is_covered:
            return law.value(TELECONSULTATION_RATE)
    except NotInForce:
        return None
    return None


def _share(
    act: BilledAct, rate: DatedValue | None, *, has_insurer_beside: bool, is_tiers_payant: bool, wish: Wish
) -> Shares | None:
    """Who owes what; None in tiers payant where the compulsory share is known to nobody.

    In direct payment the patient owes all and his caisse pays him back. A complementary insurer owes the rest only
    where a DRE asks him for it. Half a cent is rounded up.
    """
    amount = act.amount_cents or 0
    if not is_tiers_payant:
        return Shares(0, 0, amount)
    amo = wish.amo_cents if rate is None else (amount * rate.integer + 50) // 100
    if amo is None or not 0 <= amo <= amount:
        return None
    return Shares(amo, amount - amo, 0) if has_insurer_beside else Shares(amo, 0, amount - amo)


def _find_dre(mode: TransmissionMode | None, rights: Rights | None, law: LawOfDay) -> DatedValue | None:
    """The text under which a DRE may leave beside this invoice; None where none can: on paper, or refused by him."""
    if mode is TransmissionMode.PAPER_SHEET or rights is None or not (rights.has_complementary and rights.takes_dre):
        return None
    allowed = law.find(DRE_BESIDE_FSE)
    return allowed if allowed is not None and allowed.flag else None


def _not_proposed(act: BilledAct) -> Reason:
    if act.state is ClaimState.TO_COMPLETE:
        text = "Le montant n'est pas établi : indiquez-le, avec le texte sur lequel il repose, avant de facturer."
        return Reason("billing.to_complete", text)
    text = "Les règles refusent cet acte : il ne se facture pas. Les raisons sont dans la proposition."
    return Reason("billing.not_billable", text)


def _insurance_missing() -> Reason:
    text = (
        "Aucun droit du patient n'est enregistré : lisez la carte Vitale, interrogez ADRi ou demandez son attestation. "
        "À défaut, établissez une feuille de soins papier."
    )
    return Reason("billing.insurance_missing", text, R47)


def _paper_sheet() -> Reason:
    text = "Feuille de soins papier : remettez-la au patient ou à sa caisse ; rien n'est télétransmis."
    return Reason("billing.paper_sheet", text, R47)


def _degraded(code: str, law: LawOfDay, basis: list[DatedValue]) -> Reason:
    exempt = law.find(DEGRADED_WITHOUT_PAPER)
    text = f"Le code {code} ne se facture pas en SESAM sans Vitale : mode dégradé"
    if exempt is not None and exempt.flag:
        basis.append(exempt)
        text += ", dispensé de feuille de soins papier pour la télémédecine."
    else:
        text += ", avec envoi de la feuille de soins papier."
    return Reason("billing.degraded_mode", text, R47, {"code": code})


def _coverage_not_established(act: BilledAct) -> Reason:
    if act.has_overrun:
        why = "avec dépassement, la base de remboursement n'est pas établie ici"
    elif act.kind is ActKind.TELECONSULTATION and act.is_covered is False:
        why = "hors du parcours de soins, aucun texte réuni ici ne donne le taux"
    elif act.kind is ActKind.TELECONSULTATION:
        why = "les conditions de prise en charge n'ont pas été vérifiées"
    else:
        why = "aucun texte réuni ici ne donne le taux de cet acte"
    text = f"Tiers payant : la part de l'assurance maladie est inconnue ({why}). Indiquez-la, avec son texte."
    return Reason("billing.coverage_not_established", text, "Convention médicale", {"code": act.code or ""})


def left_before_reversal() -> Reason:
    """An invoice that left is undone: what is to be done outside of this software."""
    text = (
        "La facture était déjà dans un lot pour la caisse quand elle a été annulée : demandez à la caisse de "
        "l'annuler, ou de reprendre ce qu'elle a payé. La comptabilité, elle, est à jour."
    )
    return Reason("billing.left_before_reversal", text, R47)


def corrected_already() -> Reason:
    """A rejected invoice that was itself a correction."""
    text = "Cette facture corrigeait déjà une facture rejetée : elle ne se corrige qu'une fois. Voyez avec la caisse."
    return Reason("billing.corrected_already", text, "SESAM-Vitale, retours RSP")


def resent_unchanged() -> Reason:
    """A correction that says what was rejected."""
    text = "Rien n'a changé depuis le rejet : une facture rejetée ne se renvoie pas telle quelle."
    return Reason("billing.resent_unchanged", text, "SESAM-Vitale, retours RSP")
