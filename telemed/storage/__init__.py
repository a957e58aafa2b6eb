"""Database plumbing shared by every store: engine, unit of work, outbox, column types, migrations."""
