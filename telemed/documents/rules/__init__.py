"""What a document must hold before it is signed, what may leave with it, who may open it, and to whom it goes."""

from telemed.documents.rules.completeness import author_texts, check_completeness
from telemed.documents.rules.deliveries import Planned, plan_deliveries, plan_monitoring, telling_time
from telemed.documents.rules.expertise import check_opinion, check_request, opinion_texts, request_texts
from telemed.documents.rules.monitoring import check_monitoring, monitoring_texts
from telemed.documents.rules.reading import check_reading
from telemed.documents.rules.signing import check_ins, check_printable, check_signer

__all__ = [
    "Planned",
    "author_texts",
    "check_completeness",
    "check_ins",
    "check_monitoring",
    "check_opinion",
    "check_printable",
    "check_reading",
    "check_request",
    "check_signer",
    "monitoring_texts",
    "opinion_texts",
    "plan_deliveries",
    "plan_monitoring",
    "request_texts",
    "telling_time",
]
