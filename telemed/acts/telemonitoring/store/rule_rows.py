"""Between rules and their rows."""

from __future__ import annotations

from telemed.acts.telemonitoring.formats.rules import read_rule
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleVersion
from telemed.acts.telemonitoring.tables.rulebook import RuleRow, RuleVersionRow


def to_version(row: RuleVersionRow) -> RuleVersion:
    return RuleVersion(
        id=row.id,
        rule_id=row.rule_id,
        number=row.number,
        rule=read_rule(row.body),
        author_id=row.author_id,
        active_from=row.active_from,
        retired_at=row.retired_at,
    )


def to_rule(row: RuleRow, version: RuleVersionRow) -> KeptRule:
    return KeptRule(
        id=row.id,
        practice_id=row.practice_id,
        pathway=row.pathway,
        follow_up_id=row.follow_up_id,
        name=row.name,
        version=to_version(version),
        mandatory=row.mandatory,
    )
