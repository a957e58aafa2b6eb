"""Facturation: the lots, what was set aside, and one lot with its life."""

from __future__ import annotations

from dataclasses import replace

from billing.model.life import Stage
from telemed.web import lot_words
from telemed.web.views import claims, lots
from telemed.web.views.frame import Badge
from tests.unit.web.examples.billing import at, day
from tests.unit.web.examples.frames import ADMINISTRATOR, DOCTOR, FINE, SOON, URGENT, Example, ago

DIGEST = "5f1c09e7a4b23d8e6c70f19b2d4e8a3356c1f0b7d9e2a48c13f5b60e7a92d4c8"
_STAGES = lot_words.STAGES

ASIDE = (
    lots.AsideLine(
        "Paiement en double, tardif ou inattendu",
        ago(50),
        ("Pour la FSE n° 1042, un paiement de 17,50 € de l’assurance maladie (AMO).",),
        "Ouvrez la facture et comparez avec le relevé de banque : la somme reçue en trop se rend à la caisse.",
        lot_address="/facturation/envois/1",
        claim_address="/facturation/4",
        reference="000000000118",
    ),
    lots.AsideLine(
        "Retour illisible",
        ago(60 * 26),
        ("Le message n’est pas au format convenu avec la caisse.",),
        "Demandez à la caisse de l’émettre de nouveau.",
        detail="line 1: not a return",
        reference="000000000097",
    ),
)


def line(number: int, stage: lots.StageMark, awaited: lots.Awaited, *, days: int, heard: bool = False) -> lots.LotLine:
    return lots.LotLine(
        address=f"/facturation/envois/{number}",
        number=number,
        organism="01 351 0000",
        invoices=number % 7 + 1,
        cents=2500 * (number % 7 + 1),
        digest=lot_words.digest_words(DIGEST),
        made_at=ago(60 * 24 * days + 17),
        stage=stage,
        awaited=awaited,
        arl_at=ago(60 * 24 * days - 30) if heard else None,
    )


LINES = tuple(
    line(number, _STAGES[Stage(stage)], lots.Awaited(text, limit), days=days, heard=heard)
    for number, stage, text, limit, days, heard in (
        (218, "lotted", "À envoyer : il part de lui-même.", Badge("Mercredi 2 décembre"), 0, False),
        (217, "transmitted", "Accusé de réception attendu ; s’il ne vient pas, le lot repart de lui-même.",
         Badge("Demain", SOON), 1, False),
        (216, "refused", "À renvoyer : le lot repart de lui-même.", Badge("Demain", SOON), 2, True),
        (215, "silent", "À renvoyer : le lot repart de lui-même.", Badge("Aujourd’hui", URGENT), 3, False),
        (214, "paper_requested", "Adressez à la caisse 3 duplicatas papier.", Badge("En retard de 1 jour", URGENT), 6,
         True),
        (213, "acknowledged", "Rien : l’envoi vous est acquis.", None, 7, True),
    )
)  # fmt: skip

LOTS = lots.LotsView(aside=ASIDE, lines=LINES, next_page="/facturation/envois?apres=x", aside_next="?retours=x")
EMPTY = lots.LotsView(aside=(), lines=(), has_caisse=False)
OFFICE = replace(
    LOTS,
    aside=(),
    opens_claims=False,
    lines=tuple(replace(one, doctor="Dr Claire Martin") for one in LINES[1:4]),
    aside_next="",
)

LOT = lots.LotView(
    number=214,
    organism="01 351 0000",
    invoices=2,
    cents=5000,
    digest=DIGEST,
    made_at=ago(60 * 24 * 3),
    stage=_STAGES[Stage.ACKNOWLEDGED],
    awaited=lots.Awaited("Rien : l’envoi vous est acquis."),
    issuer="RPPS 10003461033",
    keep_until=day(-92),
    arl_at=ago(60 * 24 * 2),
    life=(
        claims.LifeEvent(ago(60 * 24 * 3), "Lot scellé", "Numéroté et signé : il ne change plus."),
        claims.LifeEvent(
            ago(60 * 24 * 3 - 1), "Premier envoi", "Caisse injoignable : un nouvel essai suit de lui-même.", tone=SOON
        ),
        claims.LifeEvent(ago(60 * 24 * 3 - 3), "Renvoi, essai n° 2", "La caisse a le lot.", tone=FINE),
        claims.LifeEvent(ago(60 * 24 * 2), "ARL positif", "La caisse a pris le lot.", tone=FINE),
        claims.LifeEvent(
            ago(60), "Paiement (RSP)", "Pour la FSE n° 1042, un paiement de 17,50 €.", cents=1750, tone=FINE
        ),
    ),
    claims=(
        lots.LotClaimLine(1042, day(3), "TCG", 2500, Badge("Payée", FINE), "PETIT Karim", "/facturation/4"),
        lots.LotClaimLine(1043, day(4), "TCG", 2500, Badge("Rejetée", URGENT), "LEROY Jeanne", "/facturation/2"),
    ),
)

EXAMPLES: dict[str, Example] = {
    "envois": Example("Envois", "professional/lots.html", at(DOCTOR, "billing/lots"), LOTS),
    "envois-vide": Example("Envois, sans caisse ni lot", "professional/lots.html", at(DOCTOR, "billing/lots"), EMPTY),
    "envois-cabinet": Example("Envois du cabinet", "professional/lots.html", at(ADMINISTRATOR, "billing/lots"), OFFICE),
    "envoi": Example("Un lot", "professional/lot.html", at(DOCTOR, "billing/lots"), LOT),
}
