"""The only SQL of documents."""

from telemed.documents.store.deliveries import DeliveryStore
from telemed.documents.store.documents import DocumentStore

__all__ = ["DeliveryStore", "DocumentStore"]
