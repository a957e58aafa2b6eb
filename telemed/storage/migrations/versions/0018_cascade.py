"""A case is searched for in stages, may wait for a line, may be handed over; standings of experts.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.checks import change_checks

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_WAITS = sa.text("state = 'queued'")
_STATES = "'seen', 'more_information', 'accepted', 'refused', 'answered', 'closed', 'withdrawn', 'expired'"
_OUTCOMES = "'pending', 'accepted', 'refused', 'lapsed', 'overtaken', 'cancelled'"
CASES = {
    "ck_teleexpertises_state": f"state IN ('draft', 'sent', 'queued', 'offered', {_STATES})",
    "ck_teleexpertises_cascade": "(stage IS NULL) = (stage_until IS NULL) AND (stage IS NULL) = (sought_in IS NULL)"
    " AND (stage IS NOT NULL OR state IN ('draft', 'withdrawn', 'expired'))",
    "ck_teleexpertises_stage": "stage IN ('colleague', 'line', 'territory')",
    "ck_teleexpertises_looked_at": "(state = 'queued') = (look_at IS NOT NULL)",
    "ck_teleexpertises_queued": "state <> 'queued' OR (stage = 'line' AND line_id IS NOT NULL)",
    "ck_teleexpertises_line": "stage <> 'line' OR line_id IS NOT NULL",
}
OFFERS = {
    "ck_teleexpertise_offers_outcome": f"outcome IN ({_OUTCOMES}, 'handed_over')",
    "ck_teleexpertise_offers_via": "via IN ('colleague', 'line', 'territory', 'handover')",
    "ck_teleexpertise_offers_line": "via <> 'line' OR line_id IS NOT NULL",
}
CASES_BEFORE = dict.fromkeys(CASES, "") | {
    "ck_teleexpertises_state": f"state IN ('draft', 'sent', 'offered', {_STATES})"
}
OFFERS_BEFORE = dict.fromkeys(OFFERS, "") | {"ck_teleexpertise_offers_outcome": f"outcome IN ({_OUTCOMES})"}


STANDINGS = """
    INSERT INTO expert_standings
        (professional_id, pending, open_cases, accepted, recent, minutes, taken, "left")
    SELECT offers.professional_id,
        SUM(CASE WHEN offers.outcome = 'pending' THEN 1 ELSE 0 END),
        SUM(CASE WHEN offers.outcome = 'accepted' AND cases.state IN ('accepted', 'more_information')
            THEN 1 ELSE 0 END),
        0, '', '[]', 0, 0
    FROM teleexpertise_offers AS offers JOIN teleexpertises AS cases ON cases.id = offers.case_id
    GROUP BY offers.professional_id
"""
ACQUAINTANCES = """
    INSERT INTO expert_acquaintances (patient_id, professional_id, cases, last_on)
    SELECT patient_id, requis_id, COUNT(*), MAX({day}) FROM teleexpertises
    WHERE state IN ('answered', 'closed') GROUP BY patient_id, requis_id
"""


def upgrade() -> None:
    """A request that left before names its colleagues and goes no further."""
    op.add_column("teleexpertise_offers", sa.Column("via", sa.String(), nullable=False, server_default="colleague"))
    op.add_column("teleexpertise_offers", sa.Column("line_id", sa.Uuid(), nullable=True))
    op.add_column("teleexpertises", sa.Column("stage", sa.String(), nullable=True))
    op.add_column("teleexpertises", sa.Column("stage_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("teleexpertises", sa.Column("sought_in", sa.String(), nullable=True))
    op.add_column("teleexpertises", sa.Column("line_id", sa.Uuid(), nullable=True))
    op.add_column("teleexpertises", sa.Column("widens", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("teleexpertises", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE teleexpertises SET stage = 'colleague', stage_until = deadline, sought_in = requerant_territory"
        " WHERE deadline IS NOT NULL"
    )
    change_checks("teleexpertises", CASES)
    change_checks("teleexpertise_offers", OFFERS)
    op.create_index(
        "ix_teleexpertises_queue",
        "teleexpertises",
        ["line_id", "due_at", "id"],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    _make_standings()


def _make_standings() -> None:
    """What is in each expert's hands today; how he answered before is not told."""
    op.create_table(
        "expert_standings",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("open_cases", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("recent", sa.String(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("median_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("pending >= 0", name=op.f("ck_expert_standings_pending")),
        sa.CheckConstraint("open_cases >= 0", name=op.f("ck_expert_standings_open_cases")),
        sa.CheckConstraint("accepted >= 0", name=op.f("ck_expert_standings_accepted")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_expert_standings_professional_id")
        ),
        sa.PrimaryKeyConstraint("professional_id", name=op.f("pk_expert_standings")),
    )
    op.create_table(
        "expert_acquaintances",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("cases >= 1", name=op.f("ck_expert_acquaintances_cases")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_expert_acquaintances_patient_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_expert_acquaintances_professional_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "professional_id", name=op.f("pk_expert_acquaintances")),
    )
    op.create_table(
        "expert_line_turns",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.CheckConstraint("turns >= 1", name=op.f("ck_expert_line_turns_turns")),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_line_turns_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["expert_profiles.professional_id"],
            name=op.f("fk_expert_line_turns_professional_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", "professional_id", name=op.f("pk_expert_line_turns")),
        sa.UniqueConstraint("line_id", "turn", name=op.f("uq_expert_line_turns_line_id_turn")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(STANDINGS)
    day = "CAST(answered_at AT TIME ZONE 'UTC' AS date)" if is_postgresql else "date(answered_at)"
    op.execute(ACQUAINTANCES.format(day=day))


def downgrade() -> None:
    for table in ("expert_line_turns", "expert_acquaintances", "expert_standings"):
        op.drop_table(table)
    op.drop_index("ix_teleexpertises_queue", "teleexpertises")
    change_checks("teleexpertises", CASES_BEFORE)
    change_checks("teleexpertise_offers", OFFERS_BEFORE)
    for column in ("stage", "stage_until", "sought_in", "line_id", "widens", "look_at"):
        op.drop_column("teleexpertises", column)
    for column in ("via", "line_id"):
        op.drop_column("teleexpertise_offers", column)
