"""People are told once, where they want, never about whom or what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from telemed.acts.teleexpertise.model import Contact, EndReason, QuietHours, RefusalReason, Urgency
from tests.fixtures.http import Api
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = pytest.mark.asyncio


async def test_a_request_is_told_by_mail_without_a_word_of_health(scene: Scene) -> None:
    await scene.sent()
    await scene.deliver()
    [message] = scene.mail.messages
    assert (message.to, scene.sms.messages) == ("nguyen@exemple.fr", [])
    assert "vendredi 27 novembre à 12 h 00" in message.text
    said = f"{message.subject} {message.text}"
    for secret in ("LEROY", "Leroy", "Jeanne", "lésion", "Marchand", "dermato", "Nguyen"):
        assert secret not in said


async def test_hours_are_told_by_sms_too(scene: Scene) -> None:
    await scene.sent(urgency=Urgency.HOURS)
    await scene.deliver()
    assert (len(scene.mail.messages), len(scene.sms.messages)) == (1, 1)


async def test_who_has_no_mail_is_told_by_sms_and_who_has_nothing_is_not(scene: Scene) -> None:
    await scene.expertise.notices.set_contact(scene.expert, Contact(phone="+33639981234"))
    await scene.sent()
    await scene.deliver()
    assert ([message.to for message in scene.sms.messages], scene.mail.messages) == (["+33639981234"], [])
    await scene.expertise.notices.set_contact(scene.expert, Contact())
    await scene.sent()
    await scene.deliver()
    assert (len(scene.sms.messages), scene.mail.messages) == (1, [])
    assert await scene.expertise.notices.contact(scene.expert) == Contact()


async def test_an_operator_who_is_away_is_tried_again_and_nothing_is_doubled(scene: Scene) -> None:
    scene.mail.is_away = True
    await scene.sent()
    await scene.deliver()
    scene.mail.is_away = False
    scene.clock.advance(timedelta(minutes=10))
    await scene.deliver()
    scene.clock.advance(timedelta(minutes=10))
    await scene.deliver()
    assert len(scene.mail.messages) == 1


async def test_the_other_side_of_each_step_is_told(scene: Scene) -> None:
    case = await scene.sent()
    await scene.expertise.answers.ask(scene.expert, case.id, "Depuis quand ?")
    await scene.expertise.requests.inform(scene.asker, case.id, "Trois mois.")
    await scene.expertise.answers.accept(scene.expert, case.id)
    await scene.expertise.messages.write(scene.asker, case.id, "Merci.")
    draft = await scene.written(case)
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    await scene.deliver()
    told = [(message.to.split("@")[0], message.subject) for message in scene.mail.messages]
    assert sorted(told) == sorted(
        [
            ("nguyen", "Une demande d'avis vous attend"),
            ("lea.marchand", "Une précision vous est demandée"),
            ("nguyen", "La précision est arrivée"),
            ("lea.marchand", "Votre demande est acceptée"),
            ("nguyen", "Un nouveau message"),
            ("lea.marchand", "Votre réponse est arrivée"),
            ("jeanne.leroy", "Un document vous attend"),
        ]
    )


async def test_who_was_suspended_is_told_nothing(scene: Scene) -> None:
    await scene.sent()
    async with scene.services.database.begin() as uow:
        from telemed.professionals.store import ProfessionalStore

        assert scene.expert.id is not None
        await ProfessionalStore(uow.session).set_suspended(scene.expert.id, scene.clock.now())
    await scene.deliver()
    assert scene.mail.messages == []


NIGHT = {"start": "20:00", "end": "07:30"}


async def test_when_one_wants_to_be_told_is_said_over_http(scene: Scene, api: Api) -> None:
    address = {"email": "nguyen@exemple.fr", "phone": None, "holds_urgent": True}
    for said in (
        {**address, "quiet_hours": NIGHT, "digest_at": "08:05"},
        {**address, "quiet_hours": None, "digest_at": None},
    ):
        assert (await api.call("PUT", "/teleexpertise-contact", said, by=scene.expert)).body == said
        assert (await api.call("GET", "/teleexpertise-contact", by=scene.expert)).body == said


async def test_quiet_hours_end_in_one_message_of_what_is_still_news(scene: Scene) -> None:
    contact = Contact(email="nguyen@exemple.fr", quiet=QuietHours(time(20), time(7, 30)))
    await scene.expertise.notices.set_contact(scene.expert, contact)
    scene.clock.move_to(datetime(2026, 11, 25, 21, 0, tzinfo=UTC))
    withdrawn, written, _ = await scene.sent(), await scene.sent(), await scene.sent()
    await scene.expertise.requests.withdraw(scene.asker, withdrawn.id, EndReason.MISTAKE)
    await scene.expertise.messages.write(scene.asker, written.id, "Une précision.")
    await scene.sent(urgency=Urgency.HOURS)
    await scene.deliver()
    [urgent] = scene.mail.messages
    assert "À faire avant le mercredi 25 novembre à 22 h 30" in urgent.text
    scene.clock.move_to(datetime(2026, 11, 26, 6, 29, tzinfo=UTC))
    await scene.expertise.notices.run_digests()
    assert await scene.deliver() == 0
    scene.clock.advance(timedelta(minutes=1))
    for _ in range(2):  # late, and twice
        await scene.expertise.notices.run_digests()
        await scene.deliver()
    [_, digest] = scene.mail.messages
    assert digest.subject == "3 nouvelles de vos avis"
    assert "- Une demande d'avis vous attend (2)\n- Un nouveau message\nPremière échéance : vendredi 27" in digest.text
    for secret in ("LEROY", "Leroy", "lésion", "Marchand", "précision"):
        assert secret not in digest.text


async def test_a_daily_digest_leaves_out_what_was_dealt_with(scene: Scene) -> None:
    contact = Contact(email="nguyen@exemple.fr", digest_at=time(8))
    await scene.expertise.notices.set_contact(scene.expert, contact)
    accepted, waiting = await scene.sent(), await scene.sent()
    await scene.deliver()
    assert scene.mail.messages == []
    await scene.expertise.answers.refuse(scene.expert, accepted.id, RefusalReason.UNAVAILABLE, "")
    await scene.expertise.requests.withdraw(scene.asker, waiting.id, EndReason.MISTAKE)
    await scene.deliver()
    scene.mail.messages.clear()
    scene.clock.advance(timedelta(days=1))
    await scene.expertise.notices.run_digests()
    assert await scene.deliver() == 0  # nothing of it is news: no message


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_hours": {"start": "20:00", "end": "20:00"}},
        {"quiet_hours": {"start": "24:00", "end": "07:00"}},
        {"quiet_hours": {"start": "20:00"}},
        {"digest_at": "8h"},
    ],
)
async def test_times_that_are_none_are_refused(scene: Scene, api: Api, wrong: dict[str, object]) -> None:
    assert (await api.call("PUT", "/teleexpertise-contact", wrong, by=scene.expert)).status == 422
