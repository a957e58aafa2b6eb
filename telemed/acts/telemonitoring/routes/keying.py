"""What is asked and keyed in, over HTTP: for the team, which keys in what a patient says on the phone."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import access_of
from telemed.acts.telemonitoring.schemas.keying import (
    AnswersIn,
    AskedAllOut,
    AskedOut,
    AskingIn,
    CorrectionIn,
    EntryOut,
    EntryVersionsOut,
    KeyedGroupOut,
    KeyedGroupsOut,
    LinkIn,
    MadeLinkOut,
    MeasuresIn,
    QuestionnaireOut,
    QuestionnairesOut,
    SendingOut,
    SendingsOut,
)
from telemed.acts.telemonitoring.service.askings import Asked, AskingService
from telemed.acts.telemonitoring.service.entries import EntryService, Keying
from telemed.acts.telemonitoring.service.follow_links import FollowLinkService
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

QUESTIONNAIRES = web.AppKey("telemonitoring_questionnaires", QuestionnaireService)
ASKINGS = web.AppKey("telemonitoring_askings", AskingService)
ENTRIES = web.AppKey("telemonitoring_entries", EntryService)
FOLLOW_LINKS = web.AppKey("telemonitoring_links", FollowLinkService)
operations = Operations("follow-ups")
_LIST, _READ, _ENROL, _DECIDE = (access_of(right) for right in (Right.LIST, Right.READ, Right.ENROL, Right.DECIDE))


@operations.get("/telemonitoring/questionnaires", access=_READ)
async def list_questionnaires(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[QuestionnaireOut]:
    """List the questionnaires that one's practice imported, the newest first; ours are in the pathways' own list."""
    before = decode_cursor_id(cursor)
    _, found = await request.app[QUESTIONNAIRES].page(caller, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[QuestionnaireOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/telemonitoring/pathways/{pathway}/questionnaires", access=_READ)
async def get_pathway_questionnaires(request: web.Request, caller: Caller, pathway: str) -> QuestionnairesOut:
    """Read which of our questionnaires a pathway asks, unless somebody says otherwise for a patient."""
    known, _ = await request.app[QUESTIONNAIRES].page(caller, limit=1)
    asked = [one for one in known if pathway in one.questionnaire.pathways]
    return QuestionnairesOut(items=[QuestionnaireOut.of(one) for one in asked])


@operations.post("/telemonitoring/questionnaires/{questionnaire_id}/retirement", access=_DECIDE)
async def retire_questionnaire(request: web.Request, caller: Caller, questionnaire_id: UUID) -> QuestionnaireOut:
    """Ask a questionnaire of nobody any more; what was answered stays."""
    return QuestionnaireOut.of(await request.app[QUESTIONNAIRES].retire(caller, questionnaire_id))


@operations.get("/telemonitoring/measures", access=_READ)
async def get_measures_to_key(request: web.Request) -> KeyedGroupsOut:
    """Read which measures can be keyed by hand, and in which units."""
    return KeyedGroupsOut(items=[KeyedGroupOut.of(one) for one in request.app[ENTRIES].keyed.values()])


@operations.get("/follow-ups/{follow_up_id}/questionnaires", access=_READ)
async def get_asked_questionnaires(request: web.Request, caller: Caller, follow_up_id: UUID) -> AskedAllOut:
    """Read which questionnaires are asked of a patient, how often, and which wait."""
    return _asked(await request.app[ASKINGS].of_follow_up(caller, follow_up_id))


@operations.put("/follow-ups/{follow_up_id}/questionnaires/{questionnaire_id}", access=_ENROL, errors=(409,))
async def set_asked_questionnaire(
    request: web.Request, caller: Caller, follow_up_id: UUID, questionnaire_id: UUID, *, body: AskingIn
) -> AskedAllOut:
    """Say how often a questionnaire is asked of a patient, and when he is reminded, without health data."""
    return _asked(await request.app[ASKINGS].set(caller, follow_up_id, body.to_draft(questionnaire_id)))


@operations.delete("/follow-ups/{follow_up_id}/questionnaires/{questionnaire_id}", access=_ENROL)
async def unset_asked_questionnaire(
    request: web.Request, caller: Caller, follow_up_id: UUID, questionnaire_id: UUID
) -> None:
    """Go back to what the pathway asks."""
    await request.app[ASKINGS].unset(caller, follow_up_id, questionnaire_id)


@operations.post(
    "/follow-ups/{follow_up_id}/questionnaires/{questionnaire_id}/answers", access=_ENROL, status=201, errors=(409,)
)
async def key_answers(
    request: web.Request, caller: Caller, follow_up_id: UUID, questionnaire_id: UUID, *, body: AnswersIn
) -> EntryOut:
    """Key in what a patient answered on the phone; the same rules read it as on his page."""
    keying = Keying(measured_at=body.measured_at)
    service = request.app[ENTRIES]
    return EntryOut.of(await service.answer(caller, follow_up_id, questionnaire_id, body.to_given(), keying))


@operations.post("/follow-ups/{follow_up_id}/measures", access=_ENROL, status=201, errors=(409,))
async def key_measures(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: MeasuresIn) -> EntryOut:
    """Key in measures that a patient read on the phone; an unlikely one is refused until one is sure of it."""
    service = request.app[ENTRIES]
    return EntryOut.of(await service.key(caller, follow_up_id, body.group, body.to_given(), body.to_keying()))


@operations.get("/follow-ups/{follow_up_id}/entries", access=_READ)
async def list_entries(
    request: web.Request,
    caller: Caller,
    follow_up_id: UUID,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[EntryOut]:
    """List what was keyed in for a follow-up as it stands, by whom and how, the newest first."""
    before = decode_cursor_id(cursor)
    found = await request.app[ENTRIES].page(caller, follow_up_id, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].first_id)) if len(found) > limit else None
    return Page(items=[EntryOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/follow-ups/{follow_up_id}/entries/{entry_id}/versions", access=_READ)
async def get_entry_versions(
    request: web.Request, caller: Caller, follow_up_id: UUID, entry_id: UUID
) -> EntryVersionsOut:
    """Read an entry and its corrections, the oldest first."""
    found = await request.app[ENTRIES].versions(caller, entry_id, follow_up_id=follow_up_id)
    return EntryVersionsOut(items=[EntryOut.of(one) for one in found])


@operations.put("/follow-ups/{follow_up_id}/entries/{entry_id}", access=_ENROL, errors=(409,))
async def correct_entry(
    request: web.Request, caller: Caller, follow_up_id: UUID, entry_id: UUID, *, body: CorrectionIn
) -> EntryOut:
    """Correct an entry, for the same moment; what was there stays written."""
    service = request.app[ENTRIES]
    given = body.to_given()
    return EntryOut.of(await service.correct(caller, follow_up_id, entry_id, given, is_sure=body.is_sure))


@operations.delete("/follow-ups/{follow_up_id}/entries/{entry_id}", access=_ENROL, errors=(409,))
async def take_entry_back(request: web.Request, caller: Caller, follow_up_id: UUID, entry_id: UUID) -> None:
    """Take back an entry keyed by mistake: no rule reads it any more, and it stays written."""
    await request.app[ENTRIES].take_back(caller, follow_up_id, entry_id)


@operations.post("/follow-ups/{follow_up_id}/links", access=_LIST, status=201, errors=(409,))
async def send_follow_up_link(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: LinkIn) -> SendingOut:
    """Send a patient the link of his own page; his birth date will be asked."""
    return SendingOut.of(await request.app[FOLLOW_LINKS].send(caller, follow_up_id, body.channel))


@operations.post("/follow-ups/{follow_up_id}/links/by-hand", access=_LIST, status=201, errors=(409,))
async def make_follow_up_link(request: web.Request, caller: Caller, follow_up_id: UUID) -> MadeLinkOut:
    """Make a link to hand over beside the patient; it is shown this once."""
    return MadeLinkOut(link=await request.app[FOLLOW_LINKS].make_link(caller, follow_up_id))


@operations.get("/follow-ups/{follow_up_id}/links", access=_LIST)
async def get_follow_up_links(request: web.Request, caller: Caller, follow_up_id: UUID) -> SendingsOut:
    """Read which links and reminders were sent, the newest first."""
    found = await request.app[FOLLOW_LINKS].deliveries(caller, follow_up_id)
    return SendingsOut(items=[SendingOut.of(one) for one in found])


@operations.delete("/follow-ups/{follow_up_id}/links", access=_LIST)
async def revoke_follow_up_links(request: web.Request, caller: Caller, follow_up_id: UUID) -> None:
    """Revoke every link of a follow-up, and the browsers that they let in."""
    await request.app[FOLLOW_LINKS].revoke(caller, follow_up_id)


def _asked(found: list[Asked]) -> AskedAllOut:
    return AskedAllOut(items=[AskedOut.of(one) for one in found])
