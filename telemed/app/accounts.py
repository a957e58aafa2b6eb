"""Command line of practices and accounts: what is done before anybody can sign in."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from telemed.app.services import Services, build_services
from telemed.kernel.caller import SYSTEM, Role
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.professionals.model import FACILITY_TYPES, Invitation, Practice, Professional
from telemed.settings import Settings
from telemed.storage.migrate import upgrade


def add_options(opening: argparse.ArgumentParser, inviting: argparse.ArgumentParser) -> None:
    """The words of `open-practice` and of `invite`."""
    opening.add_argument("--name", required=True, help="name of the practice")
    opening.add_argument("--territory", choices=[place.value for place in Territory], default="metropole")
    opening.add_argument("--facility", choices=sorted(FACILITY_TYPES), default="SA07", help="JDV_J02 code")
    opening.add_argument("--finess", help="FINESS number, where there is one")
    opening.add_argument("--phone", help="telephone of the practice, in E.164")
    for word in ("login", "family-name", "given-name"):
        opening.add_argument(f"--{word}", required=True, help=f"{word.replace('-', ' ')} of its first administrator")
    inviting.add_argument("login", help="login of the account; its former secrets stop working at once")


def open_practice(options: argparse.Namespace) -> str:
    """Create a practice and its first administrator; says where the invitation is accepted."""

    async def run(services: Services) -> Invitation:
        practice = Practice(
            id=new_id(),
            name=options.name,
            territory=Territory(options.territory),
            facility_type=options.facility,
            finess=options.finess,
            phone=options.phone,
        )
        roles = frozenset({Role.ADMINISTRATOR})
        person = Professional(new_id(), practice.id, options.family_name, options.given_name, roles)
        return await services.professionals.open_practice(SYSTEM, practice, person, options.login)

    return _with_services(run)


def invite(options: argparse.Namespace) -> str:
    """Invite the owner of a login again, when no administrator is left to do it."""

    async def run(services: Services) -> Invitation:
        return await services.professionals.invite_login_again(SYSTEM, options.login)

    return _with_services(run)


def _with_services(run: Callable[[Services], Awaitable[Invitation]]) -> str:
    settings = Settings.from_environment()

    async def inside() -> Invitation:
        services = build_services(settings)
        try:
            await upgrade(services.database)
            return await run(services)
        finally:
            await services.database.close()

    invitation = asyncio.run(inside())
    return (
        f"{settings.public_url}/invitation/{invitation.token}\nvalid until {invitation.expires_at:%Y-%m-%d %H:%M} UTC"
    )
