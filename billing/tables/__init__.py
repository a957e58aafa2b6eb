"""Tables of billing, a file for each subject."""

from billing.tables.accompaniments import AccompanimentRow as AccompanimentRow
from billing.tables.activity import ActivityImportRow as ActivityImportRow
from billing.tables.activity import ActivityLineRow as ActivityLineRow
from billing.tables.activity import YearStatementRow as YearStatementRow
from billing.tables.claims import ClaimRow as ClaimRow
from billing.tables.counts import DayCountRow as DayCountRow
from billing.tables.counts import UncountedRow as UncountedRow
from billing.tables.counts import YearCountRow as YearCountRow
from billing.tables.life import CalendarRow as CalendarRow
from billing.tables.life import EntryRow as EntryRow
from billing.tables.life import InsuranceRow as InsuranceRow
from billing.tables.life import InvoiceRow as InvoiceRow
from billing.tables.life import SequenceRow as SequenceRow
from billing.tables.life import StandingRow as StandingRow
from billing.tables.life import StepRow as StepRow
from billing.tables.lots import AttemptRow as AttemptRow
from billing.tables.lots import CursorRow as CursorRow
from billing.tables.lots import LotItemRow as LotItemRow
from billing.tables.lots import LotRow as LotRow
from billing.tables.lots import LotStandingRow as LotStandingRow
from billing.tables.lots import ReturnRow as ReturnRow
from billing.tables.quotas import QuotaCounterRow as QuotaCounterRow
from billing.tables.quotas import QuotaPersonRow as QuotaPersonRow
from billing.tables.quotas import QuotaReservationRow as QuotaReservationRow
from billing.tables.year import DeclarationRow as DeclarationRow
from billing.tables.year import DerogationRow as DerogationRow
