"""The only SQL of the teleconsultation: acts, agendas, links and continuity."""

from telemed.acts.teleconsultation.store.acts import ActFilter, ActStore
from telemed.acts.teleconsultation.store.agendas import AgendaStore
from telemed.acts.teleconsultation.store.continuity import ContinuityStore

__all__ = ["ActFilter", "ActStore", "AgendaStore", "ContinuityStore"]
