"""Use cases of documents: write a draft, sign it, replace it, read it, verify it."""

from telemed.documents.service.archive import Artifact, DocumentArchive, Download
from telemed.documents.service.deliveries import DeliveryService, Post
from telemed.documents.service.preparing import Preparer
from telemed.documents.service.registry import Registry
from telemed.documents.service.verifying import Verification, read_sealed_files, seal_file, verify_files
from telemed.documents.service.writing import DocumentService, Preview

__all__ = [
    "Artifact",
    "DeliveryService",
    "DocumentArchive",
    "DocumentService",
    "Download",
    "Post",
    "Preparer",
    "Preview",
    "Registry",
    "Verification",
    "read_sealed_files",
    "seal_file",
    "verify_files",
]
