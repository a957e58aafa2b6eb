"""The process apart: opens one sealed file by an inherited descriptor, and writes what it sees to its output.

`python -m telemed.adapters.pictures.worker DESCRIPTOR MEMORY CPU`, the order as one line of JSON on the input. It
opens no other file for writing, no socket, and dies of its bounds.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from base64 import b64decode
from typing import Any, BinaryIO

from telemed.attachments.formats.drawing import Drawing
from telemed.attachments.formats.reading import Reader, RefusedFile
from telemed.attachments.model import Kind, PictureRole, Refusal
from telemed.security.sealed_files import DataKey, SealedFile, SealedReader

_NICE = 10


def main() -> None:
    descriptor, memory, cpu = (int(word) for word in sys.argv[1:4])
    _bound(memory, cpu)
    order = json.loads(sys.stdin.readline())
    key = DataKey(b64decode(order["key"]))
    raw = os.fdopen(descriptor, "rb", buffering=0)
    sealed = SealedFile(raw, key, file=order["name"], length=order["length"])
    file = io.BufferedReader(SealedReader(sealed), 2**16)
    try:
        _answer(file, order)
    except RefusedFile as err:
        _tell({"what": "refused", "refusal": err.refusal.value})
    except MemoryError:
        _tell({"what": "refused", "refusal": Refusal.BOMB.value})
    except Exception:  # the edge of the process: whatever a reader stumbles on, the file does not open
        _tell({"what": "refused", "refusal": Refusal.UNREADABLE.value})


def _answer(file: BinaryIO, order: dict[str, Any]) -> None:
    reader = open_reader(file, Kind(order["kind"]))
    if order["task"] == "draw":
        window = (order["window"][0], order["window"][1]) if order["window"] else None
        try:
            _give(PictureRole.SHOWN, order["frame"], reader.draw(order["frame"], window))
        except LookupError:
            _tell({"what": "refused", "refusal": Refusal.UNREADABLE.value})
            return
    else:
        _look(reader, order["stored"])
    _tell({"what": "end"})


def _look(reader: Reader, stored: int) -> None:
    found = reader.found
    holder = found.holder
    _tell(
        {
            "what": "sight",
            "kind": found.kind.value,
            "frames": found.frames,
            "holder": [holder.family_name, holder.given_names, holder.birth_date, holder.sex],
            "warnings": [one.value for one in found.warnings],
        }
    )
    try:
        _give(PictureRole.THUMBNAIL, 0, reader.thumbnail())
        for frame in range(min(found.frames, stored)):
            _give(PictureRole.SHOWN, frame, reader.draw(frame))
    except LookupError:
        return


def open_reader(file: BinaryIO, kind: Kind) -> Reader:
    """The reader of a kind; only what it needs is imported. Raises RefusedFile."""
    match kind:
        case Kind.JPEG | Kind.PNG | Kind.HEIC:
            from telemed.attachments.formats.photos import PhotoReader

            return PhotoReader(file, kind)
        case Kind.PDF:
            from telemed.attachments.formats.pdf import PdfReader

            return PdfReader(file)
        case Kind.DICOM | Kind.DICOM_ECG:
            from telemed.attachments.formats.dicom import open_dicom

            return open_dicom(file)
        case Kind.SCP_ECG:
            from telemed.attachments.formats.scp_ecg import ScpReader

            return ScpReader(file)


def _give(role: PictureRole, frame: int, drawing: Drawing) -> None:
    head = {"role": role.value, "frame": frame, "media_type": drawing.media_type, "length": len(drawing.content)}
    _tell({"what": "picture", "width": drawing.width, "height": drawing.height, **head})
    sys.stdout.buffer.write(drawing.content)
    sys.stdout.buffer.flush()


def _tell(head: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    sys.stdout.buffer.flush()


def _bound(memory: int, cpu: int) -> None:
    """Before anything is read: memory, processor, no file written, no other process, no core left behind."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.nice(_NICE)


if __name__ == "__main__":
    main()
