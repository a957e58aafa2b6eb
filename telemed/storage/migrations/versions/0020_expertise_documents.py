"""Documents of several kinds for one act, their deliveries, and opinions that are corrected.

Revision ID: 0020
Revises: 0019
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unchanged, unprotect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SIGNED = (
    *("id", "set_id", "version", "replaces_id", "practice_id", "patient_id", "act_id", "author_id", "signer_rpps"),
    *("act_code", "act_started_at", "signed_at", "masked_from_professionals", "hidden_from_patient"),
    *("hidden_from_representatives", "content_sha256", "pdf_bytes", "cda_bytes"),
)
_OLD, _NEW = "uq_signed_documents_act_id_version", "uq_signed_documents_act_id_kind_version"
_FAMILY = ("signed_documents", "sealed_contents", "report_drafts")
_SIGNED_OPINION = sa.text("signature IS NOT NULL")


def upgrade() -> None:
    unprotect("signed_documents")
    unprotect("sealed_contents")
    if op.get_bind().dialect.name == "postgresql":
        kind = sa.Column("kind", sa.String(), nullable=False, server_default="teleconsultation_report")
        op.add_column("signed_documents", kind)
        op.alter_column("signed_documents", "kind", server_default=None)
        op.drop_constraint(_OLD, "signed_documents")
        op.create_unique_constraint(_NEW, "signed_documents", ["act_id", "kind", "version"])
    else:
        _rebuild(_with_kind, added={"kind": "'teleconsultation_report'"})
    protect("sealed_contents")
    protect("signed_documents", updates_if=_supersedes(*_SIGNED, "kind"))
    op.create_table(
        "document_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "recipient IN ('requerant', 'medecin_traitant', 'patient', 'dmp')",
            name=op.f("ck_document_deliveries_recipient"),
        ),
        sa.CheckConstraint(
            "step IN ('queued', 'available', 'told', 'handed_over', 'withheld', 'failed')",
            name=op.f("ck_document_deliveries_step"),
        ),
        sa.CheckConstraint("(step = 'handed_over') = (by IS NOT NULL)", name=op.f("ck_document_deliveries_by_hand")),
        sa.CheckConstraint(
            "step <> 'told' OR (channel IS NOT NULL AND receipt <> '')", name=op.f("ck_document_deliveries_receipt")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["signed_documents.id"], name=op.f("fk_document_deliveries_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_deliveries")),
    )
    op.create_index("ix_document_deliveries_document", "document_deliveries", ["document_id", "id"])
    op.create_index("ix_document_deliveries_received", "document_deliveries", ["professional_id", "document_id"])
    protect("document_deliveries")
    op.drop_index("uq_teleexpertise_opinions_signed", "teleexpertise_opinions")
    op.add_column("teleexpertise_opinions", sa.Column("document_id", sa.Uuid(), nullable=True))
    op.add_column("teleexpertise_opinions", sa.Column("reason", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("teleexpertise_opinions", "reason")
    op.drop_column("teleexpertise_opinions", "document_id")
    op.create_index(
        "uq_teleexpertise_opinions_signed",
        "teleexpertise_opinions",
        ["case_id"],
        unique=True,
        sqlite_where=_SIGNED_OPINION,
        postgresql_where=_SIGNED_OPINION,
    )
    unprotect("document_deliveries")
    op.drop_table("document_deliveries")
    unprotect("signed_documents")
    unprotect("sealed_contents")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(_NEW, "signed_documents")
        op.create_unique_constraint(_OLD, "signed_documents", ["act_id", "version"])
        op.drop_column("signed_documents", "kind")
    else:
        _rebuild(_without_kind, removed=("kind",))
    protect("sealed_contents")
    protect("signed_documents", updates_if=_supersedes(*_SIGNED))


def _supersedes(*columns: str) -> str:
    return f"OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL AND {unchanged(*columns)}"


def _with_kind(made: str) -> str:
    made = re.sub(r"\bact_id\b", "kind VARCHAR NOT NULL, act_id", made, count=1)
    return _replaced(made, f"{_OLD} UNIQUE (act_id, version)", f"{_NEW} UNIQUE (act_id, kind, version)")


def _without_kind(made: str) -> str:
    made = _replaced(made, "kind VARCHAR NOT NULL, ", "")
    return _replaced(made, f"{_NEW} UNIQUE (act_id, kind, version)", f"{_OLD} UNIQUE (act_id, version)")


def _replaced(made: str, old: str, new: str) -> str:
    if old not in made:
        raise LookupError("the table is not as the migrations made it")
    return made.replace(old, new)


def _rebuild(
    change: Callable[[str], str], *, added: Mapping[str, str] = MappingProxyType({}), removed: Sequence[str] = ()
) -> None:
    """SQLite changes a constraint by making the table anew, and with it those that refer to it.

    Copies are made first, then the old ones go (children before the parent, so that no reference breaks), then the
    copies take their names, which SQLite carries into their references.
    """
    run = op.get_bind().exec_driver_sql
    indexes: list[str] = []
    for table in _FAMILY:
        kept = f"type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL"
        indexes += run(f"SELECT sql FROM sqlite_master WHERE {kept}").scalars().all()
        [made] = run(f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'").scalars().all()
        old = [row[1] for row in run(f"PRAGMA table_info({table})") if row[1] not in removed]
        is_changed = table == "signed_documents"
        made = change(made) if is_changed else made
        made = re.sub(r'REFERENCES "?signed_documents"?', "REFERENCES signed_documents_next", made)
        run(re.sub(rf'CREATE TABLE "?{table}"?', f"CREATE TABLE {table}_next", made, count=1))
        new = added if is_changed else {}
        names, found = ", ".join([*old, *new]), ", ".join([*old, *new.values()])
        run(f"INSERT INTO {table}_next ({names}) SELECT {found} FROM {table}")
    for table in reversed(_FAMILY):
        run(f"DROP TABLE {table}")
    for table in _FAMILY:
        run(f"ALTER TABLE {table}_next RENAME TO {table}")
    for index in indexes:
        run(index)
