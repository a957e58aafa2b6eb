"""The PDF of a télé-expertise, request and report: archivable, accessible, whole, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
import pytest_asyncio

from telemed.adapters.typst_renderer import LETTER, TypstRenderer
from telemed.documents.formats.letter import opinion_page, request_page
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import LiveExchange, RequestContent, TechnicalIncident, Visibility
from tests.unit.adapters.pdf_text import page_texts, text_extents
from tests.unit.documents.making import SET_ID, SIGNED_AT, make_identity
from tests.unit.documents.making_expertise import (
    make_opinion,
    make_opinion_facts,
    make_request,
    make_request_content,
    make_request_facts,
    make_words,
)

pytestmark = pytest.mark.asyncio
SIGNING = Signing(SIGNED_AT, "0123456789abcdef" * 4)
REQUEST = request_page(make_identity(), make_request(), signing=SIGNING)
OPINION = opinion_page(make_identity(), make_opinion(), signing=SIGNING)


@pytest_asyncio.fixture(scope="module")
async def renderer() -> AsyncIterator[TypstRenderer]:
    made = TypstRenderer(LETTER, threads=1)
    yield made
    made.close()


async def text_of(renderer: TypstRenderer, page: Mapping[str, Any]) -> str:
    """The words of all pages, as JSON brings them to the renderer."""
    return " ".join(page_texts(await renderer.render(json.loads(json.dumps(page)))))


@pytest.mark.parametrize("page", [REQUEST, OPINION], ids=["request", "opinion"])
async def test_the_file_is_pdf_a_tagged_and_french(renderer: TypstRenderer, page: Mapping[str, Any]) -> None:
    first = await renderer.render(page)
    assert first == await renderer.render(page)
    with pikepdf.open(io.BytesIO(first)) as pdf:
        with pdf.open_metadata() as metadata:
            claims = [metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]]
            assert claims == ["2", "A", "1"]
            assert page["title"] in str(metadata["dc:title"])
        assert (bool(pdf.Root.MarkInfo.Marked), str(pdf.Root.Lang)[:2]) == (True, "fr")
        kinds = {str(item.S) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item}
    assert {"/Document", "/H1", "/P", "/Table", "/TH", "/TD"} <= kinds


async def test_a_request_says_everything(renderer: TypstRenderer) -> None:
    text = await text_of(renderer, REQUEST)
    for words in (
        *("Demande de téléexpertise", "Vendredi 20 novembre 2026, à 14 h 52 (heure de Paris, UTC+01:00)"),
        *("Jeanne LEROY", "justifie-t-elle une exérèse ?", "Elle a changé depuis l'été.", "dans les 48 heures"),
        *("Dr Anh NGUYEN, Dermatologie et Vénéréologie (RPPS 10100000073)", "à domicile", "Carcinome basocellulaire"),
        *("Amlodipine 5 mg", "urticaire < 24 h & œdème", "bords irréguliers", "lesion.jpg", "2,3 Mo"),
        *("Dr Yann LE GOFF, médecin traitant (RPPS 10100000033)", "donné par le patient le 20 novembre 2026 à 14 h 48"),
        *("Signé électroniquement le 20 novembre 2026 à 14 h 52", "Mme Odile FAURE, Infirmier, RPPS 10100000025"),
    ):
        assert words in text, words


async def test_an_opinion_says_everything(renderer: TypstRenderer) -> None:
    text = await text_of(renderer, OPINION)
    for words in (
        *("Compte rendu de téléexpertise", "kératose séborrhéique", "Surveillance photographique à trois mois."),
        *("aucune urgence", "Photoprotection SPF 50+", "Aucun incident technique.", "TE2, téléexpertise"),
        *("Requis, auteur de l'avis", "Requérant", "le 19 novembre 2026 à 18 h 52", "le 20 novembre 2026 à 12 h 52"),
        *("Mme Odile FAURE, Infirmier (RPPS 10100000025)", "Dr Yann LE GOFF, médecin traitant", "lesion.jpg"),
    ):
        assert words in text, words


async def test_what_is_not_known_is_not_made_up(renderer: TypstRenderer) -> None:
    facts = make_request_facts(asked=(), wanted="équipe de dermatologie", medecin_traitant=None, attachments=())
    bare = make_request(facts=facts, content=RequestContent("Que faire ?", "dans les 7 jours", allergies="iode"))
    text = await text_of(renderer, request_page(make_identity(), bare, signing=None))
    assert text.count("Non renseigné.") == 3
    assert "Affection de longue durée" not in text
    assert "Pièces jointes" not in text
    assert "équipe de dermatologie" in text
    assert "médecin traitant non renseigné" in text
    assert "BROUILLON" in text


async def test_a_correction_says_why_and_a_hidden_opinion_from_whom(renderer: TypstRenderer) -> None:
    identity = make_identity(version=2, replaces=SET_ID, replacement_reason="latéralité corrigée")
    words = make_words(visibility=frozenset({Visibility.INVISIBLE_PATIENT}), incidents="Photo illisible, renvoyée.")
    facts = make_opinion_facts(medecin_traitant=make_opinion_facts().requerant)
    page = opinion_page(identity, make_opinion(facts=facts, content=words), signing=SIGNING)
    text = await text_of(renderer, page)
    assert "Cette version 2 annule et remplace la version 1. Motif : latéralité corrigée" in text
    for said in ("invisible au patient", "Photo illisible, renvoyée.", "le requérant est le médecin traitant"):
        assert said in text


async def test_a_live_exchange_says_how_long_and_what_was_lost(renderer: TypstRenderer) -> None:
    lost = (
        TechnicalIncident(SIGNED_AT - timedelta(minutes=9), "connexion perdue côté requis", 23),
        TechnicalIncident(SIGNED_AT - timedelta(minutes=3), "caméra ou micro en panne côté requérant"),
    )
    live = LiveExchange(SIGNED_AT - timedelta(minutes=12), SIGNED_AT - timedelta(minutes=2), lost)
    page = opinion_page(make_identity(), make_opinion(facts=make_opinion_facts(exchange=live)), signing=SIGNING)
    text = await text_of(renderer, page)
    for words in ("le 20 novembre 2026 à 14 h 40, pendant 10 min", "connexion perdue côté requis", "23 s"):
        assert words in text, words
    assert "jusqu'à la fin" in text
    assert "Échange en direct" not in await text_of(renderer, OPINION)


@pytest.mark.parametrize(
    "words", ["*a* _b_ #panic() $x$ `raw`", '#read("/etc/passwd")', "\\u{41} <b>", "😀 漢字", "x" * 300]
)
async def test_nothing_in_the_words_can_break_or_bend_the_page(renderer: TypstRenderer, words: str) -> None:
    content = make_request_content(question=words, history=words, remarks=words, treatments=words)
    pdf = await renderer.render(request_page(make_identity(), make_request(content=content), signing=SIGNING))
    for page in text_extents(pdf):
        assert max(page) < 595 - 60
    assert "root:" not in " ".join(page_texts(pdf))
