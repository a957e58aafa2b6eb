"""The only SQL of billing, a file for each subject."""

from billing.store.accompaniments import AccompanimentStore as AccompanimentStore
from billing.store.activity import ActivityStore as ActivityStore
from billing.store.claims import BillingStore as BillingStore
from billing.store.counts import CountStore as CountStore
from billing.store.derogations import DerogationStore as DerogationStore
from billing.store.year import YearStore as YearStore
