"""The use cases of attachments."""

from telemed.attachments.service.arrivals import ArrivalService, WrongOffset
from telemed.attachments.service.checking import CheckService
from telemed.attachments.service.ground import AttachmentGround
from telemed.attachments.service.reading import Listing, Opened, ReadingService
from telemed.attachments.service.removing import RemovalService
from telemed.attachments.service.sweeping import SweepService

__all__ = [
    "ArrivalService",
    "AttachmentGround",
    "CheckService",
    "Listing",
    "Opened",
    "ReadingService",
    "RemovalService",
    "SweepService",
    "WrongOffset",
]
