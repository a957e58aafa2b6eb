"""The only SQL of télé-expertise."""

from telemed.acts.teleexpertise.store.calls import CallStore
from telemed.acts.teleexpertise.store.cases import CaseStore
from telemed.acts.teleexpertise.store.digests import DigestStore
from telemed.acts.teleexpertise.store.exchange import ExchangeStore
from telemed.acts.teleexpertise.store.lists import CaseLists
from telemed.acts.teleexpertise.store.present import PresentStore
from telemed.acts.teleexpertise.store.timers import TimerStore

__all__ = [
    "CallStore",
    "CaseLists",
    "CaseStore",
    "DigestStore",
    "ExchangeStore",
    "PresentStore",
    "TimerStore",
]
