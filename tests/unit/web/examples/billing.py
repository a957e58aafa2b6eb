"""Facturation: the desk, and one claim in several stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from telemed.web.views import claims
from telemed.web.views.frame import Badge, Choice, Flash, Form, NavItem, ProfessionalFrame, Undo
from tests.unit.web.examples.frames import DOCTOR, FINE, NOW, SECRETARY, SOON, URGENT, Example, ago

TODAY = NOW.date()
TABS = (
    NavItem("billing", "Actes", "/facturation"),
    NavItem("billing/lots", "Envois", "/facturation/envois"),
    NavItem("billing/reconciliation", "Rapprochement", "/facturation/rapprochement"),
    NavItem("billing/simulation", "Puis-je facturer ?", "/facturation/simulation"),
    NavItem("billing/cap", "Plafond", "/facturation/plafond"),
    NavItem("billing/texts", "Textes", "/textes"),
)


def at(frame: ProfessionalFrame, current: str) -> ProfessionalFrame:
    rail = tuple(replace(item, count=5) if item.key == "billing" else item for item in DOCTOR.navigation)
    return replace(frame, current=current, tabs=TABS, navigation=rail)


def day(before: int) -> date:
    return TODAY - timedelta(days=before)


DUE = (
    claims.DueLine(
        Badge("Lot refusé (ARL−)", URGENT),
        "MOREAU Hugo",
        "TCG",
        day(6),
        2500,
        Badge("En retard de 1 jour", URGENT),
        "Centre inconnu : revoyez l’organisme du patient, puis renvoyez le lot.",
        "/facturation/1",
        "Ouvrir",
    ),
    claims.DueLine(
        Badge("À facturer", SOON),
        "LEROY Jeanne",
        "TCG",
        day(3),
        2500,
        Badge("Aujourd’hui", URGENT),
        "",
        "/facturation/2",
        "Facturer",
        "/facturation/2/facturer",
    ),
    claims.DueLine(
        Badge("À compléter", SOON),
        "BERNARD-LÉVY Anne-Sophie",
        "TC",
        day(2),
        None,
        Badge("Demain", SOON),
        "Honoraires avec dépassement : indiquez le montant demandé.",
        "/facturation/3",
        "Compléter",
    ),
    claims.DueLine(
        Badge("Assurance", SOON),
        "PETIT Karim",
        "TCG",
        day(1),
        2500,
        Badge("jeudi 26"),
        "L’organisme du parent n’est pas connu.",
        "/facturation/4",
        "Renseigner",
    ),
    claims.DueLine(
        Badge("Rejetée", URGENT),
        "NGUYEN Van Minh",
        "TE2",
        day(12),
        2300,
        Badge("Sans délai"),
        "Droits fermés à la date des soins (RSP).",
        "/facturation/5",
        "Corriger",
    ),
)

TILES = (
    claims.StageTile("Tous", 143, 357_800, "/facturation", is_current=True),
    claims.StageTile("À facturer", 2, 5000, "/facturation?etape=a_facturer", tone=SOON),
    claims.StageTile("À compléter", 1, 0, "/facturation?etape=a_completer", tone=SOON),
    claims.StageTile("Retenue (plafond)", 1, 2500, "/facturation?etape=retenue", tone=SOON),
    claims.StageTile("Envoyée", 6, 15_000, "/facturation?etape=envoyee"),
    claims.StageTile("Refusée", 1, 2500, "/facturation?etape=refusee", tone=URGENT),
    claims.StageTile("Reçue", 9, 22_500, "/facturation?etape=recue"),
    claims.StageTile("Rejetée", 1, 2300, "/facturation?etape=rejetee", tone=URGENT),
    claims.StageTile("Payée", 119, 305_700, "/facturation?etape=payee"),
    claims.StageTile("Non facturable", 3, 0, "/facturation?etape=non_facturable"),
)

LINES = (
    claims.ClaimLine(
        TODAY, "LEROY Jeanne", "Téléconsultation", "TCG", 2500, Badge("À facturer", SOON), "", "/facturation/2"
    ),
    claims.ClaimLine(
        day(1), "PETIT Karim", "Téléconsultation", "TCG", 2500, Badge("Envoyée"), "Lot n° 214", "/facturation/4"
    ),
    claims.ClaimLine(
        day(2),
        "NGUYEN Van Minh",
        "Téléconsultation",
        "",
        None,
        Badge("Non facturable"),
        "La vidéo n’a pas été établie.",
        "/facturation/6",
    ),
    claims.ClaimLine(
        day(9), "DURAND Élodie", "Télé-expertise, avis", "TE2", 2300, Badge("Payée", FINE), "", "/facturation/7"
    ),
)

DESK = claims.DeskView(
    due=DUE,
    due_more=0,
    ready_number=12,
    ready_cents=30_000,
    tiles=TILES,
    lines=LINES,
    form=Form({"du": "", "au": "", "code": ""}),
    codes=(Choice("TCG", "TCG"), Choice("TE2", "TE2")),
    stage="",
    stage_label="",
    is_filtered=False,
    unsent_number=6,
    next_page="/facturation?apres=x",
)

TEXTS = (
    claims.TextLink("NGAP, article 14.9.3", "https://www.ameli.fr/medecin/exercice-liberal/ngap"),
    claims.TextLink("Avenant 6 à la convention médicale", "https://www.legifrance.gouv.fr"),
)

BASIS = (
    claims.BasisCard(
        "Tarif de la téléconsultation du généraliste (TCG)",
        "25,00 €",
        date(2018, 9, 15),
        "/textes?jour=2026-11-21&nom=teleconsultation/tariffs/tcg",
        TEXTS,
        territory="Métropole",
    ),
    claims.BasisCard(
        "Vidéotransmission exigée",
        "oui",
        date(2018, 9, 15),
        "/textes?jour=2026-11-21&nom=teleconsultation/video_required",
        TEXTS[:1],
    ),
    claims.BasisCard(
        "Tarif de la téléconsultation du neurologue (TCS)",
        "57,00 €",
        date(2024, 12, 22),
        "/textes?jour=2026-11-21&nom=teleconsultation/tariffs/tcs/neurologie",
        TEXTS[1:],
        Badge("Source unique", SOON),
    ),
)

INSURED = claims.InsuranceCard(
    Badge("Connue", FINE),
    (
        claims.Compared("NSS", "•••••••••• 189 18"),
        claims.Compared("Organisme", "01 351 0000"),
        claims.Compared("Source", "ADRi"),
        claims.Compared("Vue le", "20 novembre 2026"),
    ),
    "/patientele/1/assurance?retour=/facturation/2",
)

READY = claims.ClaimView(
    base="/facturation/2",
    act="Téléconsultation",
    held_on=day(3),
    patient="LEROY Jeanne",
    patient_address="/patientele/1",
    report_address="/consultations/1/compte-rendu",
    doctor="Dr Claire Martin",
    stage=Badge("À facturer", SOON),
    meaning="Prête : elle partira dans le prochain lot de la caisse 01 351 0000.",
    code="TCG",
    code_label="Téléconsultation d’un généraliste",
    cents=2500,
    shares=(
        claims.Share("Assurance maladie (AMO)", 1750, "70 %"),
        claims.Share("Complémentaire (AMC)", 750),
        claims.Share("Patient", 0),
    ),
    reasons=(),
    basis=BASIS[:2],
    life=(),
    gestures=claims.Gestures(may_invoice=True, may_abandon=True),
    insurance=INSURED,
    due=Badge("À envoyer aujourd’hui", URGENT),
)

PAID = replace(
    READY,
    stage=Badge("Payée", FINE),
    meaning="La caisse a payé.",
    gestures=claims.Gestures(),
    due=None,
    balance_cents=0,
    lot="214",
    invoice_number="1042",
    former_address="/facturation/9",
    life=(
        claims.LifeEvent(ago(60 * 24 * 3), "Facturée", "par Dr Claire Martin", 2500),
        claims.LifeEvent(ago(60 * 24 * 3 - 10), "Envoyée à la caisse", "Lot n° 214, SESAM sans Vitale"),
        claims.LifeEvent(
            ago(60 * 24 * 2), "Reçue par la caisse", "ARL positif : votre envoi vous est acquis.", tone=FINE
        ),
        claims.LifeEvent(ago(60), "Payée", "RSP de l’assurance maladie", -2500, FINE),
    ),
)

REFUSED = replace(
    READY,
    stage=Badge("Non facturable"),
    meaning="Cet acte ne se facture pas ; il reste au dossier.",
    code="",
    code_label="",
    cents=None,
    shares=(),
    due=None,
    basis=BASIS[1:2],
    gestures=claims.Gestures(),
    reasons=(
        claims.ReasonCard(
            "Quota atteint : quatre télé-expertises ont déjà été facturées pour ce patient cette année.",
            "NGAP, article 14.9.2 ; R-18",
            URGENT,
            (claims.Compared("Déjà facturées", "4"), claims.Compared("Limite", "4"), claims.Compared("Année", "2026")),
        ),
        claims.ReasonCard(
            "Montant demandé 30,00 €, tarif 25,00 € : sans dépassement, seul le tarif se facture.",
            "Convention médicale",
            URGENT,
            (claims.Compared("Demandé", "30,00 €"), claims.Compared("Tarif", "25,00 €")),
        ),
    ),
)

INCOMPLETE = replace(
    READY,
    stage=Badge("À compléter", SOON),
    meaning="Il manque un montant qu’aucun texte ne fixe.",
    code="TC",
    code_label="Téléconsultation d’un autre spécialiste",
    cents=None,
    shares=(),
    basis=BASIS[1:],
    reasons=(
        claims.ReasonCard("Tarif non établi pour cette spécialité, dans ce territoire.", "Convention médicale", SOON),
    ),
    gestures=claims.Gestures(may_complete=True, may_abandon=True),
    form=Form(
        {"montant": "cinquante", "source": "Décision Uncam"},
        {"montant": "Écrivez un montant en euros, par exemple 55,00."},
    ),
    insurance=claims.InsuranceCard(Badge("À renseigner", SOON), (), "/patientele/1/assurance"),
)

HELD = replace(
    READY,
    stage=Badge("Retenue (plafond)", URGENT),
    meaning="Le plafond de l’année serait dépassé : une raison est demandée pour facturer quand même.",
    reasons=(
        claims.ReasonCard(
            "Le 31 décembre serait atteint à 21,4 %, au-dessus du plafond.",
            "Convention médicale 2024, article 87.7",
            URGENT,
            (claims.Compared("Projection", "21,4 %"), claims.Compared("Limite", "20 %")),
        ),
    ),
    gestures=claims.Gestures(may_invoice=True, must_override=True, may_abandon=True),
)

REJECTED = replace(
    PAID,
    stage=Badge("Rejetée", URGENT),
    meaning="La caisse a rejeté la facture : corrigez ce qu’elle dit, une seule fois.",
    gestures=claims.Gestures(may_correct=True, may_abandon=True, may_reverse=True),
    balance_cents=2500,
    life=(
        *PAID.life[:3],
        claims.LifeEvent(ago(60), "Rejetée", "Droits fermés à la date des soins (code 110)", tone=URGENT),
    ),
)

EMPTY = replace(
    DESK,
    due=(),
    ready_number=0,
    tiles=(claims.StageTile("Tous", 0, 0, "/facturation", is_current=True),),
    lines=(),
    codes=(),
    next_page="",
    has_caisse=False,
)
ABANDONED = Flash("Facture abandonnée.", SOON, Undo("/facturation/2/reprendre", "Reprendre"))

CLAIM = "professional/claim.html"
EXAMPLES: dict[str, Example] = {
    "facturation-actes": Example("Facturation", "professional/claims.html", at(DOCTOR, "billing"), DESK),
    "facturation-vide": Example("Facturation, vide", "professional/claims.html", at(SECRETARY, "billing"), EMPTY),
    "facturation-filtre": Example(
        "Facturation, filtre sans réponse",
        "professional/claims.html",
        replace(at(DOCTOR, "billing"), flash=ABANDONED),
        replace(
            DESK,
            due=DUE[:1],
            lines=(),
            is_filtered=True,
            stage="payee",
            stage_label="Payées",
            next_page="",
            form=Form({"code": "TE2"}),
        ),
    ),
    "facture-prete": Example("Facture prête", CLAIM, at(DOCTOR, "billing"), READY),
    "facture-payee": Example("Facture payée", CLAIM, at(DOCTOR, "billing"), PAID),
    "facture-refusee": Example("Acte non facturable", CLAIM, at(DOCTOR, "billing"), REFUSED),
    "facture-a-completer": Example("Montant à saisir, erreur", CLAIM, at(DOCTOR, "billing"), INCOMPLETE),
    "facture-retenue": Example("Retenue par le plafond", CLAIM, at(DOCTOR, "billing"), HELD),
    "facture-rejetee": Example("Rejetée", CLAIM, at(SECRETARY, "billing"), REJECTED),
}
