"""What happened to claims is only ever added to; a copy is purged once, an attempt ends once; former claims get a life.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from telemed.storage.migrations.append_only import protect, unchanged, unprotect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONLY_ADDED = (
    "billing_steps",
    "billing_entries",
    "billing_insurances",
    "billing_calendars",
    "billing_lot_items",
    "billing_returns",
)
INVOICE = (
    *("id", "claim_id", "issuer_rpps", "number", "mode", "organism", "is_tiers_payant", "amo_cents", "amc_cents"),
    *("patient_cents", "made_at", "keep_until", "fingerprint", "corrections", "corrects_id", "corrects_fingerprint"),
)
LOT = (
    *("id", "issuer_rpps", "number", "organism", "practice_id", "professional_id", "zone", "fse_count"),
    *("total_cents", "made_at", "sha256", "signature"),
)
ATTEMPT = ("id", "lot_id", "number", "is_retransmission", "started_at")
_PURGED = "OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND NEW.content IS NULL"
_ENDED = "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL"
_SUPERSEDED = "EXISTS (SELECT 1 FROM billing_claims AS later WHERE later.supersedes_id = claim.id)"
_STAGE = "CASE state WHEN 'proposed' THEN 'to_invoice' ELSE state END"
_DUE = "CASE state WHEN 'proposed' THEN 'invoice' WHEN 'to_complete' THEN 'decision' ELSE 'nothing' END"
_DUE_ON = "CASE WHEN state = 'not_billable' THEN NULL ELSE civil_day END"


def upgrade() -> None:
    _open_former_claims()
    for table in ONLY_ADDED:
        protect(table)
    protect("billing_invoices", updates_if=f"{_PURGED} AND {unchanged(*INVOICE)}")
    protect("billing_lots", updates_if=f"{_PURGED} AND {unchanged(*LOT)}")
    protect("billing_lot_attempts", updates_if=f"{_ENDED} AND {unchanged(*ATTEMPT)}")


def downgrade() -> None:
    for table in (*ONLY_ADDED, "billing_invoices", "billing_lots", "billing_lot_attempts"):
        unprotect(table)


def _open_former_claims() -> None:
    """Each claim gets the life that it would have had: opened, and replaced where a later entry took its place."""
    territory = "COALESCE(facts ->> 'territory', 'metropole')"
    op.execute(
        "INSERT INTO billing_standings (claim_id, act_id, part, practice_id, professional_id, rpps, patient_id,"
        " territory, kind, civil_day, code, amount_cents, stage, position, since, due, due_on, charged_cents,"
        " paid_cents, balance_cents, reasons)"
        " SELECT id, act_id, part, practice_id, professional_id, rpps, patient_id,"
        f" {territory}, kind, civil_day, code, amount_cents,"
        f" CASE WHEN {_SUPERSEDED} THEN 'replaced' ELSE {_STAGE} END,"
        f" CASE WHEN {_SUPERSEDED} THEN 2 ELSE 1 END, recorded_at,"
        f" CASE WHEN {_SUPERSEDED} THEN 'nothing' ELSE {_DUE} END,"
        f" CASE WHEN {_SUPERSEDED} THEN NULL ELSE {_DUE_ON} END, 0, 0, 0,"
        " CASE WHEN state = 'to_complete' THEN missing ELSE refusals END FROM billing_claims AS claim"
    )
    op.execute(
        "INSERT INTO billing_steps (claim_id, position, happening, stage, at, actor, due_on, reasons)"
        f" SELECT id, 1, 'opened', {_STAGE}, recorded_at, 'job', {_DUE_ON},"
        " CASE WHEN state = 'to_complete' THEN missing ELSE refusals END FROM billing_claims AS claim"
    )
    op.execute(
        "INSERT INTO billing_steps (claim_id, position, happening, stage, at, actor, reasons)"
        " SELECT id, 2, 'superseded', 'replaced', recorded_at, 'job', '[]' FROM billing_claims AS claim"
        f" WHERE {_SUPERSEDED}"
    )
