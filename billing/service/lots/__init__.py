"""The exchange with the caisses: lots made and sealed, sent, sent again, answered, chased, forgotten in time."""

from billing.service.lots.service import LotService

__all__ = ["LotService"]
