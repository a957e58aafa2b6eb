"""DICOM: frames of an image as grey or colour pictures, an ECG as its strips; the identity stays in the original."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from typing import Any, BinaryIO

import pydicom
from PIL import Image
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from telemed.attachments.formats import dicom_pixels
from telemed.attachments.formats.drawing import Drawing, shown, thumbnail
from telemed.attachments.formats.ecg import GLIMPSE, Lead, Tracing, draw_tracing
from telemed.attachments.formats.reading import Found, Reader, RefusedFile
from telemed.attachments.model import MAX_FRAMES, Holder, Kind, Refusal, Warned

_DAMAGED = (
    InvalidDicomError,
    AttributeError,
    ValueError,
    KeyError,
    TypeError,
    OSError,
    EOFError,
    IndexError,
    struct.error,
)
_CODES_TO_MICROVOLTS = {"uV": 1.0, "mV": 1000.0, "V": 1_000_000.0, "nV": 0.001}
_SAMPLES = {"SS": "h", "US": "H", "SB": "b", "UB": "B", "SL": "i", "UL": "I"}
_MOST_CHANNELS = 64
_READ_SECONDS = 15


def open_dicom(file: BinaryIO) -> Reader:
    """The reader of an image or of an ECG. Raises RefusedFile."""
    warnings.simplefilter("ignore")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=None)
        if "WaveformSequence" in header:
            return EcgReader(header)
        return ImageReader(file, header)
    except _DAMAGED:
        raise RefusedFile(Refusal.UNREADABLE) from None


class ImageReader:
    """An image of one frame or more. Frames are read one by one."""

    def __init__(self, file: BinaryIO, header: pydicom.Dataset) -> None:
        self._file, self._header = file, header
        frames = int(header.get("NumberOfFrames", None) or 1)
        if not 0 < frames <= MAX_FRAMES:
            raise RefusedFile(Refusal.BOMB)
        self._has_pixels = "Rows" in header and "Columns" in header and dicom_pixels.is_at_pixels(file, header)
        if self._has_pixels:
            dicom_pixels.require_sane(header)
        burned = str(header.get("BurnedInAnnotation", "")).upper() == "YES"
        told = (Warned.BURNED_IN,) if burned else ()
        self.found = Found(Kind.DICOM, frames if self._has_pixels else 0, holder_of(header), told)

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing:
        return shown(self._picture(frame, window), is_lossless=True)

    def thumbnail(self) -> Drawing:
        return thumbnail(self._picture(self.found.frames // 2, None))

    def _picture(self, frame: int, window: tuple[float, float] | None) -> Image.Image:
        if not self._has_pixels or not 0 <= frame < self.found.frames:
            raise LookupError("no such frame")
        try:
            return dicom_pixels.read_frame(self._file, self._header, frame, window)
        except RuntimeError:
            raise LookupError("a compression that is not read") from None
        except _DAMAGED:
            raise RefusedFile(Refusal.UNREADABLE) from None


class EcgReader:
    """An ECG: the first group of channels recorded together is drawn."""

    def __init__(self, header: pydicom.Dataset) -> None:
        order = "<" if UID(header.file_meta.TransferSyntaxUID).is_little_endian else ">"
        self._tracing = _tracing_of(header.WaveformSequence[0], order)
        self.found = Found(Kind.DICOM_ECG, 1, holder_of(header))

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing:
        if frame != 0 or window is not None:
            raise LookupError("an ECG is one picture")
        return draw_tracing(self._tracing)

    def thumbnail(self) -> Drawing:
        return draw_tracing(self._tracing, GLIMPSE)


def holder_of(header: pydicom.Dataset) -> Holder:
    """Whom a file names, as it says itself."""
    name: Any = header.get("PatientName", "") or ""
    born = str(header.get("PatientBirthDate", "") or "")
    is_date = len(born) == 8 and born.isascii() and born.isdigit()
    return Holder(
        family_name=str(getattr(name, "family_name", "") or ""),
        given_names=str(getattr(name, "given_name", "") or ""),
        birth_date=f"{born[:4]}-{born[4:6]}-{born[6:]}" if is_date else "",
        sex=str(header.get("PatientSex", "") or "").upper(),
    )


def _tracing_of(group: pydicom.Dataset, order: str) -> Tracing:
    """The beginning of a group, channel by channel. Raises RefusedFile."""
    channels, rate = len(group.ChannelDefinitionSequence), float(group.SamplingFrequency)
    code = _SAMPLES.get(str(group.WaveformSampleInterpretation))
    if code is None or rate <= 0 or not 0 < channels <= _MOST_CHANNELS:
        raise RefusedFile(Refusal.UNREADABLE)
    count = min(int(group.NumberOfWaveformSamples), int(rate * _READ_SECONDS))
    values = struct.unpack_from(f"{order}{count * channels}{code}", bytes(group.WaveformData))
    leads = [
        Lead(_name_of(channel), _scaled(values[at::channels], channel))
        for at, channel in enumerate(group.ChannelDefinitionSequence)
    ]
    return Tracing(tuple(leads), rate)


def _scaled(values: Sequence[int], channel: pydicom.Dataset) -> list[float]:
    """In microvolts: sensitivity × correction, from the baseline."""
    units = channel.get("ChannelSensitivityUnitsSequence")
    unit = str(units[0].CodeValue) if units else "uV"
    factor = float(channel.get("ChannelSensitivity", 1) or 1) * float(
        channel.get("ChannelSensitivityCorrectionFactor", 1) or 1
    )
    factor *= _CODES_TO_MICROVOLTS.get(unit, 1.0)
    baseline = float(channel.get("ChannelBaseline", 0) or 0) * _CODES_TO_MICROVOLTS.get(unit, 1.0)
    return [value * factor + baseline for value in values]


def _name_of(channel: pydicom.Dataset) -> str:
    """`I`, `aVR`, `V1`… out of what the device wrote."""
    sources = channel.get("ChannelSourceSequence")
    text = str(sources[0].get("CodeMeaning", "") if sources else channel.get("ChannelLabel", ""))
    words = text.replace("Lead", "").replace("(Einthoven)", "").split()
    return words[0][:12] if words else "?"
