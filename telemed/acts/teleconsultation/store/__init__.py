"""The only SQL of the teleconsultation: acts, agendas, links and continuity."""

from telemed.acts.teleconsultation.store.acts import ActFilter, ActStore
from telemed.acts.teleconsultation.store.agendas import AgendaStore
from telemed.acts.teleconsultation.store.continuity import ContinuityStore
from telemed.acts.teleconsultation.store.links import LinkStore

__all__ = ["ActFilter", "ActStore", "AgendaStore", "ContinuityStore", "LinkStore"]
