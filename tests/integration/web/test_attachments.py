"""What is joined to a case, on the pages of both sides, with plain forms."""

from __future__ import annotations

import io
import re

import pytest
from aiohttp import FormData

from tests.fixtures.pictures import make_dicom, make_jpeg, make_pdf
from tests.integration.web.conftest import Answer, plain
from tests.integration.web.test_expertise import REQUEST, Scene, scene

__all__ = ["scene"]
pytestmark = pytest.mark.asyncio


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is joined is tested on both in tests/integration/attachments."""
    return sqlite_url


def form_of(**contents: bytes) -> FormData:
    form = FormData()
    for name, content in contents.items():
        form.add_field("pieces", io.BytesIO(content), filename=name.replace("_", "."), content_type="image/jpeg")
    return form


def pieces_of(answer: Answer) -> list[str]:
    return [plain(name) for name in re.findall(r'class="piece-name">(.*?)</span>', answer.text)]


def action_of(answer: Answer, word: str) -> str:
    found = re.search(rf'action="(/avis/pieces/[0-9a-f-]+/{word})"', answer.text)
    assert found, answer.text
    return found[1]


async def test_files_are_joined_by_the_form_and_seen_by_the_other_side(scene: Scene) -> None:
    case = await scene.draft()
    joined = await scene.nurse.send(f"{case}/pieces", form_of(dos_jpg=make_jpeg(), courrier_pdf=make_pdf(2)))
    assert joined.path == f"{case}/rediger"
    assert pieces_of(joined) == ["dos.jpg", "courrier.pdf"]
    assert "Document PDF, 2 pages" in plain(joined.text)
    await scene.nurse.post(f"{case}/envoyer", REQUEST | {"confrere": scene.expert_id, "version": "1"})
    seen = await scene.expert.get(case)
    assert pieces_of(seen) == ["dos.jpg", "courrier.pdf"]
    assert "/oter" not in seen.text
    alone = await scene.expert.get(re.findall(r'href="(/avis/pieces/[^"]+)"', seen.text)[1])
    assert (alone.title, alone.text.count('class="piece-page"')) == ("courrier.pdf", 2)


async def test_what_is_refused_is_said_beside_the_field_and_the_others_are_kept(scene: Scene) -> None:
    case = await scene.draft()
    refused = await scene.nurse.send(f"{case}/pieces", form_of(dos_jpg=make_jpeg(), virus_pdf=b"MZ" + bytes(3000)))
    assert refused.status == 422
    assert "Ce fichier est un programme" in re.sub(r".*pieces-erreur", "", plain(refused.text))
    assert pieces_of(refused) == ["dos.jpg", "virus.pdf"]
    for form in (form_of(), form_of(_jpg=b"")):
        nothing = await scene.nurse.send(f"{case}/pieces", form)
        assert nothing.status == 422


async def test_a_piece_is_taken_out_and_put_back(scene: Scene) -> None:
    case = await scene.draft()
    joined = await scene.nurse.send(f"{case}/pieces", form_of(dos_jpg=make_jpeg()))
    gone = await scene.nurse.post(action_of(joined, "oter"))
    assert pieces_of(gone) == []
    back = await scene.nurse.post(action_of(gone, "retablir"))
    assert pieces_of(back) == ["dos.jpg"]


async def test_after_the_sending_a_piece_is_withdrawn_with_a_reason_that_both_read(scene: Scene) -> None:
    case = await scene.draft()
    await scene.nurse.send(f"{case}/pieces", form_of(dos_jpg=make_jpeg()))
    sent = await scene.nurse.post(f"{case}/envoyer", REQUEST | {"confrere": scene.expert_id, "version": "1"})
    await scene.nurse.post(action_of(sent, "retirer"), {"motif": "Photo d’un autre patient"})
    for window in (scene.nurse, scene.expert):
        page = await window.get(case)
        assert "Photo d’un autre patient" in plain(page.text)
        assert "/avis/pieces/" not in page.text


async def test_an_examination_of_somebody_else_is_warned_of_in_one_sentence(scene: Scene) -> None:
    case = await scene.draft()
    other = make_dicom(name="MARTIN^Paul", born="19600101", sex="M")
    page = await scene.nurse.send(f"{case}/pieces", form_of(irm_dcm=other))
    said = "Ce fichier porte un autre nom, une autre date de naissance et un autre sexe que le dossier"
    assert said in plain(page.text)
    assert "MARTIN" not in page.text


async def test_the_grid_alone_is_given_only_when_it_changed(scene: Scene) -> None:
    case = await scene.draft()
    first = await scene.nurse.get(f"{case}/pieces/liste")
    again = await scene.nurse.get(f"{case}/pieces/liste", if_none_match=first.headers["ETag"])
    assert (first.status, again.status) == (200, 304)
    await scene.nurse.send(f"{case}/pieces", form_of(dos_jpg=make_jpeg()))
    changed = await scene.nurse.get(f"{case}/pieces/liste", if_none_match=first.headers["ETag"])
    assert pieces_of(changed) == ["dos.jpg"]
