"""The SQL of télésurveillance."""

from telemed.acts.telemonitoring.store.observations import ObservationStore
from telemed.acts.telemonitoring.store.partitions import make_partitions

__all__ = ["ObservationStore", "make_partitions"]
