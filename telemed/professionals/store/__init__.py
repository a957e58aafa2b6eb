"""The only SQL of practices, professionals, accounts and sessions."""

from telemed.professionals.store.accounts import AccountStore
from telemed.professionals.store.contacts import ContactStore
from telemed.professionals.store.people import PracticeStore, ProfessionalStore
from telemed.professionals.store.sessions import SessionStore

__all__ = ["AccountStore", "ContactStore", "PracticeStore", "ProfessionalStore", "SessionStore"]
