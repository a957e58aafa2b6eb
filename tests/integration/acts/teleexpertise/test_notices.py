"""People are told once, where they want, never about whom or what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import Contact, Urgency
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
