"""What is joined to a case: the grid with all that may be said of a file, and one file on its own page."""

from __future__ import annotations

from telemed.attachments.model import MAX_BYTES
from telemed.web.views.attachments import Piece, PiecesView, PieceView
from telemed.web.views.frame import Badge, Form
from tests.unit.web.examples.expertise import NURSE
from tests.unit.web.examples.frames import SOON, URGENT, Example, ago

PHOTO = Piece("1", "Lésion du dos.jpg", "Photo JPEG, 2,3 Mo", "jpeg", ago(20), 1, "/avis/pieces/1", may_remove=True)
SCAN = Piece(
    "2",
    "scanner-thorax.dcm",
    "Imagerie DICOM, 40 images, 21,7 Mo",
    "dicom",
    ago(15),
    40,
    "/avis/pieces/2",
    shown="/attachments/2/shown",
    original="/attachments/2/original",
    warnings=(
        "Ce fichier porte un autre nom et un autre sexe que le dossier : vérifiez qu’il est bien celui du patient.",
    ),
    may_withdraw=True,
)
ARRIVING = Piece("3", "ordonnance.pdf", "1,1 Mo", "", ago(3), state=Badge("Interrompu à 42 %", SOON), may_remove=True)
REFUSED = Piece(
    "4",
    "resultats.pdf",
    "312 ko",
    "",
    ago(2),
    state=Badge("Refusée", URGENT),
    note="Ce fichier est un programme, quel que soit son nom : il n’est pas accepté.",
    may_remove=True,
)
PIECES = PiecesView(
    case_id="0199",
    base="/avis/1/pieces",
    api="/teleexpertises/1/attachments",
    pieces=(PHOTO, SCAN, ARRIVING, REFUSED),
    summary="2 pièces, 24 Mo",
    may_add=True,
    most_bytes=MAX_BYTES,
    accepted="image/jpeg,image/png,.heic,application/pdf,.dcm,.scp",
    version="v",
    back="/avis/1",
    form=Form(errors={"pieces": "Ce fichier dépasse 50 Mo."}),
)

EXAMPLES = {
    "avis-pieces": Example("Pièces jointes d’une demande", "professional/attachments.html", NURSE, PIECES),
    "avis-piece": Example("Une pièce jointe", "professional/attachment.html", NURSE, PieceView(SCAN, (), "/avis/1")),
}
