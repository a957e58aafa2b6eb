"""The PDF of a report: what it claims, what it shows, and that nothing in the data can break or bend it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemed.adapters.typst_renderer import TypstRenderer
from telemed.adapters.typst_renderer.coverage import RANGES, is_printable, printable
from telemed.documents.formats.page import report_page
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import PrescribedItem, PrescribedKind, Report
from telemed.documents.ports import RenderingFailed
from tests.unit.adapters.pdf_text import page_texts, text_extents
from tests.unit.documents.making import (
    SET_ID,
    SIGNED_AT,
    make_content,
    make_continuity,
    make_facts,
    make_identity,
    make_patient,
    make_report,
)

FINGERPRINT = "0123456789abcdef" * 4


@pytest_asyncio.fixture(scope="module")
async def renderer() -> AsyncIterator[TypstRenderer]:
    made = TypstRenderer()
    yield made
    made.close()


def page_of(report: Report | None = None, *, signed: bool = True) -> Mapping[str, Any]:
    signing = Signing(SIGNED_AT, FINGERPRINT) if signed else None
    return report_page(make_identity(), report or make_report(), signing=signing)


@pytest.mark.asyncio
async def test_the_file_is_pdf_a_and_accessible(renderer: TypstRenderer) -> None:
    with pikepdf.open(io.BytesIO(await renderer.render(page_of()))) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:creator"] == ["Dr\u00a0Claire MARTIN"]
            assert "Compte rendu de téléconsultation" in str(metadata["dc:title"])
        root = pdf.Root
        assert str(root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert "/DestOutputProfile" in root.OutputIntents[0]
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert str(root.Lang).startswith("fr")
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/AcroForm" not in root
        assert "/JavaScript" not in root.get("/Names", {})


@pytest.mark.asyncio
async def test_every_font_is_inside(renderer: TypstRenderer) -> None:
    with pikepdf.open(io.BytesIO(await renderer.render(page_of()))) as pdf:
        fonts = [font for page in pdf.pages for font in page.resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3")), font.BaseFont
            assert "/ToUnicode" in font


@pytest.mark.asyncio
async def test_the_structure_names_headings_and_tables(renderer: TypstRenderer) -> None:
    with pikepdf.open(io.BytesIO(await renderer.render(page_of()))) as pdf:
        kinds = {str(item.S) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item}
    assert {"/Document", "/H1", "/H2", "/P", "/Table", "/TH", "/TD"} <= kinds


@pytest.mark.asyncio
async def test_the_page_says_everything(renderer: TypstRenderer) -> None:
    text = " ".join(page_texts(await renderer.render(page_of())))
    for words in (
        *("Compte rendu de téléconsultation", "Vendredi 20 novembre 2026, de 14 h 30 à 14 h 47"),
        *("heure de Paris, UTC+01:00", "Jeanne LEROY", "D'ÀCÔTÉ & FILS", "Jeanne Marie-Cœur", "28 mars 1979"),
        *("DOMPREMY (51215)", "2 79 03 51 215 189 89 (identité qualifiée, matricule de test)", "000127"),
        *("Toux sèche depuis quatre jours", "Rhinopharyngite", "½ à 1 comprimé", "« au moindre doute, appeler le 15 »"),
        *("Mme Odile FAURE", "Infirmière auprès de la patiente (acte TLD)", "10100000025"),
        *("Dr Yann LE GOFF, médecin traitant (RPPS 10100000033)", "Chez sa fille, 4 allée des Œillets"),
        *("donné par le patient le 20 novembre 2026 à 14 h 21", "texte du 1er novembre 2026"),
        *("carte nationale d'identité présentée à la caméra", "établie, 16 min 43 s au total"),
        *("Connexion de la patiente interrompue", "23 s", "reconnectée, image rétablie"),
        *("Parcours de soins coordonné", "Signé électroniquement le 20 novembre 2026 à 14 h 52"),
        *("01234567 89abcdef 01234567 89abcdef", "empreinte 0123456789abcdef…", "page 1 / 2", "page 2 / 2"),
    ):
        assert words in text, words
    assert "BROUILLON" not in text


@pytest.mark.asyncio
async def test_each_page_names_the_patient_and_the_document(renderer: TypstRenderer) -> None:
    long = "Une phrase qui se répète pour remplir des pages entières. " * 60
    report = make_report(content=make_content(findings="\n\n".join([long] * 4)))
    texts = page_texts(await renderer.render(page_of(report)))
    assert len(texts) >= 4
    for number, text in enumerate(texts, start=1):
        assert f"page {number} / {len(texts)}" in text
        assert f"Document {make_identity().document_id} · version 1" in text
        assert "Jeanne LEROY" in text


@pytest.mark.asyncio
async def test_a_draft_says_so_on_each_page(renderer: TypstRenderer) -> None:
    texts = page_texts(await renderer.render(page_of(signed=False)))
    assert all("BROUILLON" in text and "brouillon non signé" in text for text in texts)
    assert "Signé électroniquement" not in " ".join(texts)


@pytest.mark.asyncio
async def test_a_replacing_version_says_what_it_replaces(renderer: TypstRenderer) -> None:
    identity = make_identity(version=2, replaces=SET_ID, replacement_reason="posologie corrigée")
    page = report_page(identity, make_report(), signing=Signing(SIGNED_AT, FINGERPRINT))
    text = page_texts(await renderer.render(page))[0]
    assert "Cette version 2 annule et remplace la version 1. Motif : posologie corrigée" in text
    assert str(SET_ID) in text


@pytest.mark.asyncio
async def test_none_is_said_in_words(renderer: TypstRenderer) -> None:
    report = make_report(
        facts=make_facts(continuity=make_continuity(incidents=(), timeline=()), medecin_traitant=None),
        content=make_content(prescribed=()),
    )
    text = " ".join(page_texts(await renderer.render(page_of(report))))
    for words in ("Aucun acte ni prescription.", "Aucun incident technique.", "Destinataire : aucun autre médecin."):
        assert words in text


@pytest.mark.asyncio
async def test_text_is_never_read_as_source(renderer: TypstRenderer) -> None:
    attack = '#panic("x") $ #import "/etc/passwd" \\ *gras* _it_ `code` <label> @ref // commentaire [ ] { } "'
    report = make_report(content=make_content(reason=attack))
    text = " ".join(page_texts(await renderer.render(page_of(report))))
    assert attack in text


@pytest.mark.asyncio
async def test_the_same_page_gives_the_same_bytes(renderer: TypstRenderer) -> None:
    first = await renderer.render(page_of())
    other = await renderer.render(page_of(make_report(content=make_content(plan="Autre"))))
    again = await asyncio.gather(*(renderer.render(page_of()) for _ in range(4)))
    assert {first, *again} == {first}
    assert other != first


@pytest.mark.asyncio
async def test_the_date_of_the_file_is_that_of_the_signature(renderer: TypstRenderer) -> None:
    later = report_page(make_identity(), make_report(), signing=Signing(SIGNED_AT + timedelta(days=1), FINGERPRINT))
    with pikepdf.open(io.BytesIO(await renderer.render(later))) as pdf:
        assert str(pdf.docinfo.CreationDate).startswith("D:20261121135207")


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["😀 merci", "漢字", "العربية", "\ue000", "a\x00b", "\u202eabc", "x\ty", "\u2028"])
async def test_no_character_stops_a_preview(renderer: TypstRenderer, text: str) -> None:
    report = make_report(content=make_content(reason=f"avant {text} après"))
    shown = " ".join(page_texts(await renderer.render(page_of(report, signed=False))))
    assert "avant" in shown
    assert "après" in shown
    assert renderer.unprintable(text) == frozenset(each for each in text if not is_printable(each))


@pytest.mark.asyncio
async def test_every_character_said_to_be_printable_is(renderer: TypstRenderer) -> None:
    everything = [chr(code) for first, last in RANGES for code in range(first, last + 1)]
    blocks = ["".join(everything[place : place + 40]) for place in range(0, len(everything), 40)]
    page = page_of(make_report(content=make_content(findings="\n\n".join(blocks))))
    assert (await renderer.render(page)).startswith(b"%PDF-1.7")
    assert len(everything) > 3000


@pytest.mark.asyncio
async def test_french_is_printable() -> None:
    french = "ABC àâäéèêëîïôöùûüÿçœæ ÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÇŒÆ «\u00a0» ’ – — … € ½ ¼ ² ³ µ ° ± × ÷ ≤ ≥ ≈ → ∅ α β γ № \u202f"
    assert printable(french) == french
    assert printable("a😀b\tc") == "a\ufffdb c"
    assert printable("e\u0301te\u0301") == "été"
    assert printable("x\u0327\u0301") == "x\ufffd\ufffd"


def test_only_a_run_that_no_line_could_hold_gets_places_to_break() -> None:
    for text in ("anticonstitutionnellement", "01936f00-0000-7000-8000-0000000d0c01", "mot " * 30, "01234567 89abcdef"):
        assert printable(text) == text
    assert printable("C" * 30) == f"{'C' * 12}\u200b{'C' * 12}\u200bCCCCCC"


@pytest.mark.asyncio
async def test_nothing_leaves_the_page(renderer: TypstRenderer) -> None:
    """Every glyph is drawn between the margins: what is beyond would be lost on paper."""
    long = "https://exemple.invalid/" + "abcdefghij" * 14
    report = make_report(
        facts=make_facts(patient=make_patient(birth_name="A" * 80, used_name="B" * 60, local_id="9" * 60)),
        content=make_content(
            reason=long, conclusion="C" * 200, prescribed=(PrescribedItem(PrescribedKind.OTHER, long),)
        ),
    )
    for page in text_extents(await renderer.render(page_of(report))):
        assert page
        assert max(page) < 595 - 60


@pytest.mark.asyncio
async def test_a_defect_of_the_page_is_told_as_such(renderer: TypstRenderer) -> None:
    with pytest.raises(RenderingFailed):
        await renderer.render({"created_at": 0})


@pytest.mark.asyncio
async def test_the_page_is_plain_json() -> None:
    page = page_of()
    assert json.loads(json.dumps(page)) is not None
    assert "created_at" in page


TEXTS = st.text(max_size=200) | st.text(
    st.sampled_from([chr(c) for a, b in RANGES for c in range(a, b + 1)]), max_size=300
)


@given(text=TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all_makes_a_pdf(text: str) -> None:
    """Also combining marks without a base, joiners, surrogates of nothing, very long words."""
    report = make_report(
        facts=make_facts(patient=make_patient(used_name=text or "X", local_id=text)),
        content=make_content(reason=text, findings=text * 5, conclusion=text, plan=text, incidents_note=text),
    )
    renderer = TypstRenderer(threads=1)
    try:
        assert asyncio.run(renderer.render(page_of(report, signed=False))).startswith(b"%PDF")
    finally:
        renderer.close()
