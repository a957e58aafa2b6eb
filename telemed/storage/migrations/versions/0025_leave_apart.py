"""Leave of one person never overlaps other leave of his: refused by the database too.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NAME = "expert_exceptions_leave_apart"
OVERLAPS = (
    "EXISTS (SELECT 1 FROM expert_exceptions WHERE professional_id = NEW.professional_id AND kind = 'leave'"
    " AND ends_at > NEW.starts_at AND starts_at < NEW.ends_at AND id <> NEW.id)"
)


def upgrade() -> None:
    """A trigger on both databases: an exclusion constraint would ask PostgreSQL for an extension."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {OVERLAPS} THEN"
            f" RAISE EXCEPTION '{NAME}' USING ERRCODE = 'exclusion_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE INSERT ON expert_exceptions FOR EACH ROW"
            f" WHEN (NEW.kind = 'leave') EXECUTE FUNCTION {NAME}()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE INSERT ON expert_exceptions FOR EACH ROW"
            f" WHEN NEW.kind = 'leave' AND {OVERLAPS} BEGIN SELECT RAISE(ABORT, '{NAME}'); END"
        )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {NAME}" + (" ON expert_exceptions" if is_postgresql else ""))
    if is_postgresql:
        op.execute(f"DROP FUNCTION {NAME}()")
