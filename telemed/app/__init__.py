"""The composition root: the only place that builds and connects everything."""

from telemed.app.services import Services, build_services, open_database
from telemed.app.site import OPERATIONS, SERVICES, build_app, openapi_document

__all__ = [
    "OPERATIONS",
    "SERVICES",
    "Services",
    "build_app",
    "build_services",
    "open_database",
    "openapi_document",
]
