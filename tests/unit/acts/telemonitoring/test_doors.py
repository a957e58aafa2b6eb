"""Who may speak for whom at a door, what status a fault has, and where a measure is found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from telemed.acts.telemonitoring.formats.fhir.addresses import Address, name_of_measure, parse_id, write_id
from telemed.acts.telemonitoring.formats.fhir.conditions import check_condition
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.formats.pcd01_answers import write_ack
from telemed.acts.telemonitoring.model.doors import DeviceIdentity, EntryOutcome, Received, Said, Worn
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity
from telemed.acts.telemonitoring.rules.doors import find_wearer, status_of_issue
from telemed.kernel.clock import Territory

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
DEVICE, OTHER, FOLLOW_UP, PATIENT = (UUID(int=number) for number in (1, 2, 3, 4))
MEASURE = Observation("", f"Patient/{PATIENT}", "http://loinc.org|29463-7", "", AT, signal="weight", value=70_000_000)


def make_worn(device_id: UUID = DEVICE, *, takes_data: bool = True, others_until: datetime | None = None) -> Worn:
    names = frozenset({f"Patient/{PATIENT}"})
    return Worn(device_id, FOLLOW_UP, PATIENT, takes_data, Territory.METROPOLE, names, others_until)


def make_identity(own: Worn | None = None, **worn: Worn) -> DeviceIdentity:
    return DeviceIdentity(UUID(int=9), DEVICE, UUID(int=8), Territory.METROPOLE, AT, own, worn)


def told(observation: Observation, identity: DeviceIdentity) -> str:
    found = find_wearer(observation, identity)
    return found.code if isinstance(found, Issue) else str(found.device_id.int)


def test_a_device_speaks_for_itself_named_or_not() -> None:
    own = make_worn()
    identity = make_identity(own, scale=own)
    assert told(MEASURE, identity) == "1"
    assert told(replace(MEASURE, device="scale"), identity) == "1"
    assert told(replace(MEASURE, device="another"), identity) == "device.other"
    assert told(replace(MEASURE, subject="Patient/5"), identity) == "subject.other"
    assert told(MEASURE, make_identity()) == "device.unassigned"
    assert told(MEASURE, make_identity(make_worn(takes_data=False))) == "follow_up.closed"
    lent = [make_identity(make_worn(others_until=AT + timedelta(seconds=late))) for late in (0, 1)]
    assert [told(MEASURE, identity) for identity in lent] == ["1", "device.worn_by_other"]


def test_a_gateway_names_the_device() -> None:
    gateway = make_identity(None, scale=make_worn(OTHER))
    assert told(replace(MEASURE, device="scale"), gateway) == "2"
    assert told(MEASURE, gateway) == "device.missing"
    assert gateway.follow_up_id is None


def test_an_identity_is_concerned_by_its_devices_and_follow_ups() -> None:
    identity = make_identity(None, scale=make_worn(OTHER))
    assert [identity.concerns([UUID(int=number)]) for number in (1, 2, 3, 4, 5)] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (IssueKind.FORBIDDEN, "subject.other", 403),
        (IssueKind.STRUCTURE, "message.structure", 400),
        (IssueKind.TOO_LONG, "bundle.too_long", 413),
        (IssueKind.BUSINESS_RULE, "follow_up.closed", 409),
        (IssueKind.EXCEPTION, "measure.not_kept", 500),
        (IssueKind.VALUE, "time.impossible", 422),
    ],
)
def test_each_fault_has_its_status(kind: IssueKind, code: str, status: int) -> None:
    assert status_of_issue(Issue(IssueSeverity.ERROR, kind, code, "")) == status


def test_an_address_leads_back_whatever_the_signal() -> None:
    names = [signal.name for signal in load_catalogue()] + ["question_" + "x" * 60, None]
    for micros, name in enumerate(names):
        observation = replace(MEASURE, signal=name, measured_at=AT + timedelta(microseconds=micros))
        text = write_id(DEVICE, observation)
        assert len(text) <= 64
        assert parse_id(text) == Address(DEVICE, observation.measured_at, name_of_measure(observation))
    for nonsense in ("", "x.y", "A" * 42 + ".weight", write_id(DEVICE, MEASURE).partition(".")[0]):
        assert parse_id(nonsense) is None


def test_a_condition_searches_for_the_measure_or_is_refused() -> None:
    for search in ("identifier=urn:x|1", "patient=1&code=a|b&date=2026", "device.identifier=x|y&date=2026"):
        assert check_condition(search, "") is None
    for search in ("", "value-quantity=70", "identifier=1&_sort=date", "identifier=" + "x" * 3_000):
        issue = check_condition(search, "here")
        assert issue is not None
        assert (issue.code, issue.place) == ("condition.unknown", "here")
    shared = check_condition("patient=1&code=a|b", "")
    assert shared is not None
    assert (shared.code, status_of_issue(shared)) == ("condition.unselective", 412), "many measures may share that"


def test_an_ack_names_each_fault_with_its_place() -> None:
    message = b"MSH|^~\\&|Acme||||20260713||ORU^R01^ORU_R01|42|P|2.6"
    place = Issue(IssueSeverity.ERROR, IssueKind.VALUE, "observation.status", "Un | deux ^ trois", "OBX[4]-11")
    faulty = Received(Said.PCD01, 200, (EntryOutcome(201), EntryOutcome(422, (place,))))
    lines = write_ack(message, faulty, at=AT, control_id="7").decode().split("\r")
    assert lines[0] == "MSH|^~\\&|Telemed||Acme||20261120080000+0000||ACK^R01^ACK|7|P|2.6"
    assert lines[1] == "MSA|AE|42"
    assert lines[2] == "ERR||OBX^4^11|102^Data type error^HL70357|E|observation.status|||Un \\F\\ deux \\S\\ trois"
    whole = write_ack(message, Received(Said.PCD01, 200, (EntryOutcome(201),)), at=AT, control_id="7").decode()
    assert whole.split("\r")[1:] == ["MSA|AA|42", ""]
