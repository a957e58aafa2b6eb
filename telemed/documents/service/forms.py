"""How documents of each kind are judged, shown and encoded: the one place where a new kind is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from telemed.documents import rules
from telemed.documents.formats.cda import build_opinion_cda, build_report_cda
from telemed.documents.formats.cda_check import (
    check_monitoring_cda,
    check_opinion_cda,
    check_report_cda,
    check_request_cda,
)
from telemed.documents.formats.cda_request import build_request_cda
from telemed.documents.formats.cda_vitals import build_monitoring_cda
from telemed.documents.formats.letter import opinion_page, request_page
from telemed.documents.formats.monitoring_page import monitoring_page
from telemed.documents.formats.page import report_page
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import (
    DocumentIdentity,
    DocumentKind,
    ExpertiseReport,
    ExpertiseRequest,
    IdentityStatus,
    MonitoringReport,
    Report,
    Statement,
)
from telemed.kernel.decision import Decision


@dataclass(frozen=True)
class Form:
    """The functions of one kind; each takes a `statement` of its type.

    `judge` says what lacks, `texts` all that was written, `page` what is printed, `encode` makes the CDA of a
    statement and its PDF, `check` refuses a CDA that is not fit to leave.
    """

    statement: type[Statement]
    judge: Callable[[Any], Decision]
    texts: Callable[[Any], str]
    page: Callable[[DocumentIdentity, Any, Signing | None], Mapping[str, Any]]
    encode: Callable[[DocumentIdentity, Any, bytes, datetime], bytes]
    check: Callable[[bytes, IdentityStatus, bool, bytes], Decision]


FORMS: Mapping[DocumentKind, Form] = MappingProxyType(
    {
        DocumentKind.TELECONSULTATION_REPORT: Form(
            statement=Report,
            judge=rules.check_completeness,
            texts=lambda report: rules.author_texts(report.content),
            page=lambda identity, report, signing: report_page(identity, report, signing=signing),
            encode=lambda identity, report, pdf, at: build_report_cda(identity, report, pdf=pdf, signed_at=at),
            check=lambda cda, status, is_production, pdf: check_report_cda(
                cda, identity_status=status, is_production=is_production, pdf=pdf
            ),
        ),
        DocumentKind.EXPERTISE_REQUEST: Form(
            statement=ExpertiseRequest,
            judge=rules.check_request,
            texts=rules.request_texts,
            page=lambda identity, request, signing: request_page(identity, request, signing=signing),
            encode=lambda identity, request, _pdf, at: build_request_cda(identity, request, signed_at=at),
            check=lambda cda, status, is_production, _pdf: check_request_cda(
                cda, identity_status=status, is_production=is_production
            ),
        ),
        DocumentKind.EXPERTISE_REPORT: Form(
            statement=ExpertiseReport,
            judge=rules.check_opinion,
            texts=rules.opinion_texts,
            page=lambda identity, report, signing: opinion_page(identity, report, signing=signing),
            encode=lambda identity, report, pdf, at: build_opinion_cda(identity, report, pdf=pdf, signed_at=at),
            check=lambda cda, status, is_production, pdf: check_opinion_cda(
                cda, identity_status=status, is_production=is_production, pdf=pdf
            ),
        ),
        DocumentKind.MONITORING_REPORT: Form(
            statement=MonitoringReport,
            judge=rules.check_monitoring,
            texts=rules.monitoring_texts,
            page=lambda identity, report, signing: monitoring_page(identity, report, signing=signing),
            encode=lambda identity, report, _pdf, at: build_monitoring_cda(identity, report, signed_at=at),
            check=lambda cda, status, is_production, _pdf: check_monitoring_cda(
                cda, identity_status=status, is_production=is_production
            ),
        ),
    }
)
