"""Reports go to who prescribed, too, and a line says who had one sent again.

Revision ID: 0039
Revises: 0038
"""

from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect
from telemed.storage.migrations.checks import change_checks

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLE = "document_deliveries"


def upgrade() -> None:
    _reshape(
        "recipient IN ('requerant', 'prescriber', 'medecin_traitant', 'patient', 'dmp')",
        "step <> 'handed_over' OR by IS NOT NULL",
    )


def downgrade() -> None:
    unprotect(TABLE)
    op.execute(f"DELETE FROM {TABLE} WHERE recipient = 'prescriber'")
    op.execute(f"UPDATE {TABLE} SET by = NULL WHERE step <> 'handed_over'")
    protect(TABLE)
    _reshape(
        "recipient IN ('requerant', 'medecin_traitant', 'patient', 'dmp')",
        "(step = 'handed_over') = (by IS NOT NULL)",
    )


def _reshape(recipient: str, by_hand: str) -> None:
    unprotect(TABLE)
    change_checks(TABLE, {f"ck_{TABLE}_recipient": recipient, f"ck_{TABLE}_by_hand": by_hand})
    protect(TABLE)
