"""The accountant's PDF: PDF/A and accessible, says every figure, names no patient, and data cannot bend it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest
import pytest_asyncio

from billing.facts import ActKind, Part
from billing.formats.statement import statement_page
from billing.model.life import Stage
from billing.model.reconciliation import AccountLine, Heading, Ledger, Reconciliation
from billing.rules.reconciliation import Sum, Tally, group_rejections, reconcile
from telemed.adapters.typst_renderer import STATEMENT, TypstRenderer
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from tests.unit.adapters.pdf_text import page_texts

pytestmark = pytest.mark.asyncio
HEADING = Heading(
    "Maison de santé des Tilleuls",
    "12 rue des Tilleuls, 37000 Tours",
    "Dr Claire MOREAU",
    "Médecine générale, RPPS 10100000016",
    Territory.METROPOLE,
)
LINE = AccountLine(
    claim_id=new_id(),
    professional_id=new_id(),
    day=date(2026, 11, 12),
    kind=ActKind.TELEEXPERTISE,
    part=Part.OPINION,
    code="TE2",
    stage=Stage.REJECTED,
    is_superseded=False,
    number=1042,
    lot_number=214,
    organism="013510000",
    amount_cents=2300,
    charged_cents=2300,
    paid_cents=0,
    reasons=(),
    paid_at=None,
)
ACCOUNTS = Reconciliation(
    since=date(2026, 11, 1),
    until=date(2026, 11, 24),
    professional_id=None,
    totals=reconcile(
        [
            Tally(Stage.PAID, "TCG", False, Sum(2, 5000, 5000, 5000)),
            Tally(Stage.REJECTED, "TE2", False, Sum(1, 2300, 2300, 0)),
        ]
    ),
    ledger=Ledger(9800, -2500, -5000),
    rejections=group_rejections([("Droits fermés", Sum(1, 2300, 2300, 0))]),
    outstanding=(LINE,),
    outstanding_number=1,
    cashed_cents=4100,
    made_at=datetime(2026, 11, 24, 13, 36, tzinfo=UTC),
)


@pytest_asyncio.fixture(scope="module")
async def renderer() -> AsyncIterator[TypstRenderer]:
    made = TypstRenderer(STATEMENT)
    yield made
    made.close()


def flat(texts: list[str]) -> str:
    return " ".join(" ".join(texts).replace("\u00a0", " ").replace("\u202f", " ").split())


async def test_it_is_pdf_a_and_accessible_and_the_same_each_time(renderer: TypstRenderer) -> None:
    raw = await renderer.render(statement_page(ACCOUNTS, HEADING))
    assert raw == await renderer.render(statement_page(ACCOUNTS, HEADING))
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["pdfuaid:part"] == "1"
            assert "Rapprochement" in str(metadata["dc:title"])
        assert str(pdf.Root.Lang).startswith("fr")


async def test_it_says_every_figure(renderer: TypstRenderer) -> None:
    text = flat(page_texts(await renderer.render(statement_page(ACCOUNTS, HEADING))))
    for told in (
        "Actes du 01/11/2026 au 24/11/2026, inclus",
        "Dr Claire MOREAU",
        "Tous les actes 3 73,00 €",
        "Reste dû 23,00 €",
        "41,00 €",
        "TE2 1 23,00 € 0,00 € 23,00 €",
        "Total 3 73,00 € 50,00 € 23,00 €",
        "Droits fermés 1 23,00 €",
        "Rejetée, facture n° 1042",
        "Établi le 24/11/2026 à 14:36.",
    ):
        assert told in text, told


async def test_an_empty_period_is_a_page_too(renderer: TypstRenderer) -> None:
    empty = replace(
        ACCOUNTS, totals=reconcile([]), ledger=Ledger(), rejections=(), outstanding=(), outstanding_number=0
    )
    text = flat(page_texts(await renderer.render(statement_page(empty, HEADING))))
    assert "Aucun rejet sur la période." in text
    assert "Rien ne reste dû" in text


async def test_words_of_a_caisse_are_only_text(renderer: TypstRenderer) -> None:
    bent = replace(ACCOUNTS, rejections=group_rejections([("#panic() $x$ = *gras* <a>", Sum(1, 100, 100, 0))]))
    assert "#panic() $x$ = *gras* <a>" in flat(page_texts(await renderer.render(statement_page(bent, HEADING))))


async def test_a_long_list_runs_over_pages(renderer: TypstRenderer) -> None:
    long = replace(ACCOUNTS, outstanding=(LINE,) * 200, outstanding_number=260)
    texts = page_texts(await renderer.render(statement_page(long, HEADING)))
    assert len(texts) > 3
    assert "Et 60 autres : l’export en tableur les a tous." in flat(texts)
