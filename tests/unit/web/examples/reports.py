"""Reports of a follow-up and where they went; what a doctor was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.web.views import follow_up_report, received
from telemed.web.views.frame import Badge, Form, Pager
from tests.unit.web.examples.follow_up import FRAME, HEART, HOME, PATIENT
from tests.unit.web.examples.frames import DOCTOR, FINE, NOW, SOON, URGENT, Example, ago

REPORT = follow_up_report.ReportPageView(
    base=f"{HOME}/rapports/2",
    home=HOME,
    patient=PATIENT,
    age=71,
    pathway=HEART,
    steps=(
        follow_up_report.ReportStep("2e mois", f"{HOME}/rapports/2", Badge("Signé", FINE), is_current=True),
        follow_up_report.ReportStep("1er mois", f"{HOME}/rapports/1", Badge("À rédiger", SOON)),
    ),
    title="Rapport : 2e mois",
    form=Form({"conclusion": "Stable."}, {"": "Ce rapport est déjà signé : dites pourquoi vous le corrigez."}),
    signed_at=NOW - timedelta(days=1),
    version=1,
    pdf_address="/documents/1/pdf",
    cda_address="/documents/1/cda",
    sendings=(
        follow_up_report.SendingLine("Au prescripteur", Badge("Ouvert", FINE), "Il l’a ouvert.", NOW, "prescriber"),
        follow_up_report.SendingLine(
            "Au patient", Badge("Échec", URGENT), "Le message a été refusé.", NOW, "patient", may_be_given=True
        ),
    ),
    history=(follow_up_report.SendingEvent(NOW, "Au patient", "Un message va le lui dire.", "Dr Claire Moreau"),),
)
RECEIVED = received.ReceivedView(
    lines=(received.ReceivedLine("LEROY Jeanne", "Rapport de télésurveillance", ago(90), 2, "/documents/1/pdf"),),
    pager=Pager(),
)
EXAMPLES = {
    "suivi-rapport": Example("Rapports d’un suivi", "professional/follow_up_report.html", FRAME, REPORT),
    "avis-recus": Example(
        "Documents reçus", "professional/received.html", replace(DOCTOR, current="expertise/received"), RECEIVED
    ),
}
