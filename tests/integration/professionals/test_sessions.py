"""Sessions: limits, revocation, and whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from telemed.app import Services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.professionals.model import OpenedSession
from telemed.professionals.service import PasswordAndCode, require_act_professional
from telemed.security import totp
from tests.fixtures.people import PASSWORD, TOTP_SECRET, People, make_doctor, make_practice

pytestmark = pytest.mark.asyncio


async def sign_in(services: Services, caller: Caller, clock: FrozenClock, *, login: str) -> OpenedSession:
    """Enrol, then sign in; each call uses a later code."""
    assert caller.id is not None
    await services.enrolment.enrol(SYSTEM, caller.id, PASSWORD, TOTP_SECRET)
    typed = totp.code_at(TOTP_SECRET, clock.now())
    agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"
    credentials = PasswordAndCode(login, PASSWORD, typed)
    return await services.sign_in.sign_in(services.password_sign_in, credentials, user_agent=agent)


async def caller_of(services: Services, opened: OpenedSession) -> Caller:
    caller = await services.sessions.authenticate(opened.token)
    assert caller is not None
    return caller


async def test_the_token_is_kept_as_a_hash_only(services: Services, people: People, clock: FrozenClock) -> None:
    opened = await sign_in(services, people.doctor, clock, login="claire.moreau")
    async with services.database.read() as session:
        kept = repr((await session.execute(text("SELECT * FROM sessions"))).all())
    assert opened.token not in kept
    assert opened.token not in repr(opened)


@pytest.mark.parametrize(
    ("idle", "lives"),
    [(timedelta(minutes=59, seconds=59), True), (timedelta(minutes=60), False)],
    ids=["just before", "at the limit"],
)
async def test_an_idle_session_ends(
    services: Services, people: People, clock: FrozenClock, idle: timedelta, *, lives: bool
) -> None:
    opened = await sign_in(services, people.doctor, clock, login="claire.moreau")
    clock.advance(idle)
    assert (await services.sessions.authenticate(opened.token) is not None) is lives


async def test_a_session_in_use_still_ends_after_twelve_hours(
    services: Services, people: People, clock: FrozenClock
) -> None:
    opened = await sign_in(services, people.doctor, clock, login="claire.moreau")
    for _ in range(23):
        clock.advance(timedelta(minutes=30))
        assert await services.sessions.authenticate(opened.token) is not None
    clock.advance(timedelta(minutes=30))
    assert await services.sessions.authenticate(opened.token) is None


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\ud800"])
async def test_a_made_up_token_opens_nothing(services: Services, people: People, token: str) -> None:
    assert people.doctor.id is not None
    assert await services.sessions.authenticate(token) is None


async def test_signing_out_ends_this_session_and_no_other(
    services: Services, people: People, clock: FrozenClock
) -> None:
    first = await sign_in(services, people.doctor, clock, login="claire.moreau")
    second = await sign_in(services, people.doctor, clock, login="claire.moreau")
    await services.sessions.sign_out(await caller_of(services, first))
    assert await services.sessions.authenticate(first.token) is None
    assert await services.sessions.authenticate(second.token) is not None


async def test_one_sees_and_ends_one_s_own_sessions_only(
    services: Services, people: People, clock: FrozenClock
) -> None:
    mine = await sign_in(services, people.doctor, clock, login="claire.moreau")
    theirs = await sign_in(services, people.colleague, clock, login="karim.benali")
    me = await caller_of(services, mine)
    assert [(session.id, session.device) for session in await services.sessions.page(me)] == [
        (mine.session.id, "Firefox · Linux")
    ]
    with pytest.raises(NotFound):
        await services.sessions.revoke(me, theirs.session.id)
    await services.sessions.revoke(me, mine.session.id)
    assert await services.sessions.authenticate(mine.token) is None
    assert await services.sessions.authenticate(theirs.token) is not None


async def test_signing_out_everywhere_ends_them_all(services: Services, people: People, clock: FrozenClock) -> None:
    opened = [await sign_in(services, people.doctor, clock, login="claire.moreau") for _ in range(3)]
    assert await services.sessions.sign_out_everywhere(await caller_of(services, opened[0])) == 3
    assert [await services.sessions.authenticate(session.token) for session in opened] == [None] * 3


async def test_old_sessions_and_attempts_are_forgotten(services: Services, people: People, clock: FrozenClock) -> None:
    await sign_in(services, people.doctor, clock, login="claire.moreau")
    clock.advance(timedelta(days=30, hours=13))
    for _twice in range(2):
        await services.sessions.forget_old()
    async with services.database.read() as session:
        sessions = await session.scalar(text("SELECT count(*) FROM sessions"))
        attempts = await session.scalar(text("SELECT count(*) FROM sign_in_attempts"))
    assert (sessions, attempts) == (0, 0)


async def test_an_invitation_leads_to_a_usable_account(services: Services, people: People, clock: FrozenClock) -> None:
    newcomer = make_doctor(people.practice.id, rpps="10100000040", family_name="Fontaine")
    _person, invitation = await services.professionals.create(people.administrator, newcomer, "lucie.fontaine")
    factor = await services.enrolment.choose_password(invitation.token, PASSWORD)
    assert factor.uri.startswith("otpauth://totp/Telemed:lucie.fontaine")
    with pytest.raises(Invalid):
        await services.enrolment.confirm(invitation.token, "000000")
    typed = totp.code_at(factor.secret, clock.now())
    enrolment = await services.enrolment.confirm(invitation.token, typed)
    assert len(set(enrolment.recovery_codes)) == 8
    clock.advance(timedelta(seconds=30))
    credentials = PasswordAndCode("lucie.fontaine", PASSWORD, totp.code_at(factor.secret, clock.now()))
    assert await services.sign_in.sign_in(services.password_sign_in, credentials)
    with pytest.raises(NotFound):
        await services.enrolment.choose_password(invitation.token, PASSWORD)


@pytest.mark.parametrize(
    ("waited", "holds"), [(timedelta(days=6, hours=23), True), (timedelta(days=7), False)], ids=["before", "after"]
)
async def test_an_invitation_expires(
    services: Services, people: People, clock: FrozenClock, waited: timedelta, *, holds: bool
) -> None:
    assert people.doctor.id is not None
    invitation = await services.professionals.invite_again(people.administrator, people.doctor.id)
    clock.advance(waited)
    if holds:
        assert await services.enrolment.choose_password(invitation.token, PASSWORD)
    else:
        with pytest.raises(NotFound) as caught:
            await services.enrolment.choose_password(invitation.token, PASSWORD)
        assert caught.value.code == "account.invitation_gone"


async def test_a_weak_password_is_refused_with_its_reason(services: Services, people: People) -> None:
    assert people.doctor.id is not None
    invitation = await services.professionals.invite_again(people.administrator, people.doctor.id)
    with pytest.raises(Refused) as caught:
        await services.enrolment.choose_password(invitation.token, "trop court")
    assert [reason.code for reason in caught.value.decision.refusals] == ["password.length"]


async def test_a_new_invitation_ends_sessions_and_former_secrets(
    services: Services, people: People, clock: FrozenClock
) -> None:
    opened = await sign_in(services, people.doctor, clock, login="claire.moreau")
    assert people.doctor.id is not None
    former = await services.professionals.invite_again(people.administrator, people.doctor.id)
    await services.professionals.invite_again(people.administrator, people.doctor.id)
    assert await services.sessions.authenticate(opened.token) is None
    with pytest.raises(NotFound):
        await services.enrolment.choose_password(former.token, PASSWORD)


async def test_only_an_administrator_of_the_practice_adds_and_suspends(services: Services, people: People) -> None:
    newcomer = make_doctor(people.practice.id, rpps="10100000040")
    assert people.colleague.id is not None
    for caller in (people.doctor, people.secretary, people.auditor):
        with pytest.raises(Forbidden):
            await services.professionals.create(caller, newcomer, "x.y")
        with pytest.raises(Forbidden):
            await services.professionals.suspend(caller, people.colleague.id)
    assert people.stranger.id is not None
    with pytest.raises(NotFound):
        await services.professionals.suspend(people.administrator, people.stranger.id)
    assert people.administrator.id is not None
    with pytest.raises(Conflict):
        await services.professionals.suspend(people.administrator, people.administrator.id)


async def test_an_rpps_and_a_login_are_taken_once(services: Services, people: People) -> None:
    twice = make_doctor(people.practice.id, rpps=people.doctor.rpps or "")
    with pytest.raises(Conflict) as caught:
        await services.professionals.create(people.administrator, twice, "autre.login")
    assert caught.value.code == "professional.known"
    other = make_doctor(people.practice.id, rpps="10100000040")
    with pytest.raises(Conflict) as caught:
        await services.professionals.create(people.administrator, other, "CLAIRE.moreau")
    assert caught.value.code == "account.login_taken"


async def test_the_database_refuses_a_doctor_without_rpps(services: Services, people: People) -> None:
    from sqlalchemy.exc import IntegrityError

    from telemed.storage.engine import violated_constraint

    with pytest.raises(IntegrityError) as caught:
        async with services.database.begin() as uow:
            await uow.session.execute(text("UPDATE professionals SET rpps = NULL"))
    assert violated_constraint(caught.value) == "ck_professionals_doctor_has_rpps"
    with pytest.raises(Refused):
        await services.professionals.create(
            people.administrator, replace(make_doctor(people.practice.id), rpps=None), "sans.rpps"
        )


async def test_a_practice_is_made_by_the_system_only_and_read_by_its_people(services: Services, people: People) -> None:
    with pytest.raises(Forbidden):
        await services.practices.create(people.administrator, make_practice())
    assert await services.practices.own(people.auditor) == people.practice
    listed = await services.professionals.page(people.auditor)
    assert [person.family_name for person in listed] == [
        "Moreau",
        "Benali",
        "Marchand",
        "Garnier",
        "Garnier",
        "Garnier",
    ]
    assert (await services.professionals.me(people.doctor)).full_name == "Dr Claire MOREAU"


async def test_acts_are_for_doctors_with_two_factors(people: People) -> None:
    assert require_act_professional(people.doctor) == people.doctor.id
    with pytest.raises(Forbidden) as caught:
        require_act_professional(replace(people.doctor, factors=1))
    assert caught.value.code == "professional.two_factors_needed"
    with pytest.raises(Forbidden) as caught:
        require_act_professional(people.secretary)
    assert caught.value.code == "professional.not_a_doctor"
