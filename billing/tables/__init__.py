"""Tables of billing, a file for each subject."""

from billing.tables.claims import ClaimRow as ClaimRow
from billing.tables.counts import DayCountRow as DayCountRow
from billing.tables.counts import UncountedRow as UncountedRow
from billing.tables.counts import YearCountRow as YearCountRow
from billing.tables.year import DeclarationRow as DeclarationRow
from billing.tables.year import DerogationRow as DerogationRow
