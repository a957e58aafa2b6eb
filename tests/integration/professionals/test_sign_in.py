"""Signing in by the degraded mode: what opens a session, what does not, and what an attacker learns (nothing)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from telemed.app import Services
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import DomainError, Forbidden, TooMany, Unauthenticated
from telemed.professionals.model import Enrolment, OpenedSession, SignInMeans
from telemed.professionals.ports import ProvenIdentity
from telemed.professionals.service import PasswordAndCode
from telemed.professionals.store import AccountStore
from telemed.security import totp
from telemed.storage.uow import UnitOfWork
from tests.fixtures.people import PASSWORD, TOTP_SECRET, People

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def enrolled(services: Services, people: People) -> Enrolment:
    assert people.doctor.id is not None
    return await services.enrolment.enrol(SYSTEM, people.doctor.id, PASSWORD, TOTP_SECRET)


def code(clock: FrozenClock) -> str:
    return totp.code_at(TOTP_SECRET, clock.now())


async def sign_in(
    services: Services, typed_code: str, *, login: str = "claire.moreau", password: str = PASSWORD
) -> OpenedSession:
    return await services.sign_in.sign_in(services.password_sign_in, PasswordAndCode(login, password, typed_code))


@pytest.mark.parametrize("login", ["claire.moreau", " Claire.Moreau "])
async def test_password_and_code_open_a_session_with_two_factors(
    services: Services, people: People, enrolled: Enrolment, clock: FrozenClock, login: str
) -> None:
    opened = await sign_in(services, code(clock), login=login)
    caller = await services.sessions.authenticate(opened.token)
    assert caller is not None
    assert (caller.id, caller.roles, caller.rpps, caller.factors) == (
        people.doctor.id,
        people.doctor.roles,
        people.doctor.rpps,
        2,
    )
    assert (caller.practice_id, caller.session_id) == (people.practice.id, opened.session.id)
    assert enrolled.professional_id == caller.id


@pytest.mark.parametrize(
    ("login", "password", "typed"),
    [
        ("claire.moreau", "agrafe cheval pile faux", None),
        ("claire.moreau", PASSWORD, "000000"),
        ("claire.moreau", PASSWORD, ""),
        ("personne", PASSWORD, None),
        ("karim.benali", PASSWORD, None),
    ],
    ids=["wrong password", "wrong code", "no code", "unknown login", "never enrolled"],
)
async def test_every_failure_reads_the_same(
    services: Services, enrolled: Enrolment, clock: FrozenClock, login: str, password: str, typed: str | None
) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await sign_in(services, code(clock) if typed is None else typed, login=login, password=password)
    assert (caught.value.code, str(caught.value)) == (
        "sign_in.failed",
        "Identifiant, mot de passe ou code incorrect.",
    )
    assert enrolled.recovery_codes


async def test_an_unknown_login_makes_as_many_statements_and_hashes_as_a_wrong_password(
    services: Services, enrolled: Enrolment, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import event

    statements: list[str] = []
    hashes: list[str | None] = []
    matches = services.passwords.matches

    async def count_hashes(password: str, stored: str | None) -> bool:
        hashes.append(stored)
        return await matches(password, stored)

    monkeypatch.setattr(services.passwords, "matches", count_hashes)
    event.listen(
        services.database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    seen = []
    for login in ("claire.moreau", "personne"):
        statements.clear()
        with pytest.raises(Unauthenticated):
            await sign_in(services, code(clock), login=login, password="agrafe cheval pile faux")
        seen.append([statement.split("(")[0] for statement in statements])
    assert seen[0] == seen[1]
    assert [stored is None for stored in hashes] == [False, True]
    assert enrolled.recovery_codes


async def test_a_code_serves_once(services: Services, enrolled: Enrolment, clock: FrozenClock) -> None:
    typed = code(clock)
    await sign_in(services, typed)
    with pytest.raises(Unauthenticated):
        await sign_in(services, typed)
    clock.advance(timedelta(seconds=30))
    assert (await sign_in(services, code(clock))).session.factors == 2
    assert enrolled.recovery_codes


async def test_of_two_sign_ins_at_once_with_one_code_one_opens(
    services: Services, enrolled: Enrolment, clock: FrozenClock
) -> None:
    typed = code(clock)
    outcomes = await asyncio.gather(*(sign_in(services, typed) for _ in range(2)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["OpenedSession", "Unauthenticated"]
    assert enrolled.recovery_codes


async def test_a_recovery_code_stands_for_a_lost_telephone_once(services: Services, enrolled: Enrolment) -> None:
    lost = enrolled.recovery_codes[0]
    opened = await sign_in(services, lost.lower())
    assert (opened.session.means, opened.session.factors) == (SignInMeans.RECOVERY_CODE, 2)
    with pytest.raises(Unauthenticated):
        await sign_in(services, lost)
    assert await sign_in(services, enrolled.recovery_codes[1].replace("-", " "))


async def test_failures_shut_a_login_and_time_opens_it_again(
    services: Services, enrolled: Enrolment, clock: FrozenClock
) -> None:
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await sign_in(services, code(clock), password="agrafe cheval pile faux")
    with pytest.raises(TooMany) as caught:
        await sign_in(services, code(clock))
    assert (caught.value.code, caught.value.retry_after_seconds) == ("sign_in.locked", 6)
    clock.advance(timedelta(seconds=5))
    assert await sign_in(services, code(clock))
    with pytest.raises(Unauthenticated):
        await sign_in(services, code(clock), password="agrafe cheval pile faux")
    assert enrolled.recovery_codes


async def test_a_login_that_does_not_exist_is_shut_just_as_well(services: Services) -> None:
    errors = []
    for _ in range(4):
        with pytest.raises(DomainError) as caught:
            await sign_in(services, "123456", login="personne")
        errors.append(caught.value.code)
    assert errors == ["sign_in.failed"] * 3 + ["sign_in.locked"]


async def test_guesses_sent_at_once_all_count(services: Services, enrolled: Enrolment, clock: FrozenClock) -> None:
    guesses = (sign_in(services, code(clock), password=f"agrafe cheval {number}") for number in range(12))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert (
        sorted(getattr(outcome, "code", "opened") for outcome in outcomes)
        == ["sign_in.failed"] * 3 + ["sign_in.locked"] * 9
    )
    assert enrolled.recovery_codes


async def test_a_suspended_person_is_told_so_once_proven_and_let_in_again_when_reinstated(
    services: Services, people: People, enrolled: Enrolment, clock: FrozenClock
) -> None:
    doctor = enrolled.professional_id
    opened = await sign_in(services, code(clock))
    await services.professionals.suspend(people.administrator, doctor)
    assert await services.sessions.authenticate(opened.token) is None
    clock.advance(timedelta(seconds=30))
    with pytest.raises(Forbidden) as caught:
        await sign_in(services, code(clock))
    assert caught.value.code == "sign_in.suspended"
    await services.professionals.reinstate(people.administrator, doctor)
    assert await services.sessions.authenticate(opened.token) is None
    clock.advance(timedelta(seconds=30))
    assert await sign_in(services, code(clock))


async def test_every_attempt_is_traced_without_naming_the_login(
    services: Services, people: People, enrolled: Enrolment, clock: FrozenClock
) -> None:
    with pytest.raises(Unauthenticated):
        await sign_in(services, "000000")
    with pytest.raises(Unauthenticated):
        await sign_in(services, "000000", login="personne")
    await sign_in(services, code(clock))
    entries = [e for e in await services.trace.page(people.auditor) if e.note.action == "session.open"]
    assert [(entry.outcome, entry.code, entry.note.actor_id) for entry in entries] == [
        ("done", "", enrolled.professional_id),
        ("refused", "sign_in.failed", None),
        ("refused", "sign_in.failed", None),
    ]
    assert entries[0].note.details == {"means": "password_totp", "factors": 2}
    assert entries[0].note.resource == entries[2].note.resource != entries[1].note.resource
    assert "moreau" not in repr(entries)


async def test_a_hash_made_with_weaker_settings_is_made_again(
    services: Services, enrolled: Enrolment, clock: FrozenClock
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with services.database.begin() as uow:
        await AccountStore(uow.session).set_password(enrolled.professional_id, weak, clock.now())
    await sign_in(services, code(clock))
    async with services.database.read() as session:
        account = await AccountStore(session).find(enrolled.professional_id)
    assert account is not None
    assert account.password_hash is not None
    assert "m=19456,t=2" in account.password_hash
    clock.advance(timedelta(seconds=30))
    assert await sign_in(services, code(clock))


class Directory:
    """Another identity provider: it vouches for an RPPS, as Pro Santé Connect will."""

    def subject(self, credentials: str) -> str:
        return f"rpps:{credentials}"

    async def verify(self, credentials: str) -> ProvenIdentity:
        return ProvenIdentity(SignInMeans.PRO_SANTE_CONNECT, factors=2, rpps=credentials)

    async def use_up(self, uow: UnitOfWork, proven: ProvenIdentity) -> None:
        assert uow is not None
        assert proven.professional_id is None


async def test_another_provider_goes_the_same_way(services: Services, people: People) -> None:
    opened = await services.sign_in.sign_in(Directory(), people.doctor.rpps or "")
    caller = await services.sessions.authenticate(opened.token)
    assert caller is not None
    assert (caller.id, caller.factors, opened.session.means) == (people.doctor.id, 2, "pro_sante_connect")


async def test_a_provider_that_vouches_for_somebody_unknown_opens_nothing(services: Services) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await services.sign_in.sign_in(Directory(), "99999999999")
    assert caught.value.code == "sign_in.unknown"
