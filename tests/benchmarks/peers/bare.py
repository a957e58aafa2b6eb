"""The least that can be done over HTTP: aiohttp takes the bytes, our reader reads them, COPY writes them and commits.

It asks nobody who they are, compares with nothing that is kept, reads no rule and says nothing of an entry.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import asyncpg
import uvloop
from aiohttp import web

from telemed.acts.telemonitoring.formats.fhir.bundle import decode_bundle
from telemed.acts.telemonitoring.formats.fhir.observation import Reading, decode_observation
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.store.rows import COLUMNS, RowWriter
from telemed.kernel.clock import SystemClock
from telemed.kernel.ids import new_id

POOL = web.AppKey("pool", asyncpg.Pool)
_TABLE = "telemonitoring_observations"


class Peer:
    """The two doors."""

    def __init__(self) -> None:
        catalogue = load_catalogue()
        self._reading = Reading(catalogue)
        self._writer = RowWriter(catalogue)

    async def take_bundle(self, request: web.Request) -> web.Response:
        entries = decode_bundle(await request.read(), self._reading).entries
        await self._copy(request, [one for entry in entries for one in entry.receipt.observations])
        return web.json_response({"resourceType": "Bundle"})

    async def take_one(self, request: web.Request) -> web.Response:
        await self._copy(request, decode_observation(await request.read(), self._reading).observations)
        return web.json_response({"resourceType": "Observation"}, status=201)

    async def _copy(self, request: web.Request, observations: list[Observation] | tuple[Observation, ...]) -> None:
        now, arrival = SystemClock().now(), new_id()
        rows = [self._writer.values(Kept(arrival, new_id(), arrival, now, 0, one)) for one in observations]
        async with request.app[POOL].acquire() as connection:
            await connection.copy_records_to_table(_TABLE, records=rows, columns=list(COLUMNS))


async def _pool(app: web.Application) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["PEER_DATABASE_URL"], min_size=16, max_size=16) as pool:
        app[POOL] = pool
        yield


def main() -> None:
    peer, app = Peer(), web.Application(client_max_size=2**26)
    app.cleanup_ctx.append(_pool)
    app.router.add_post("/fhir", peer.take_bundle)
    app.router.add_post("/fhir/Observation", peer.take_one)
    web.run_app(
        app,
        host="127.0.0.1",
        port=int(os.environ["PEER_PORT"]),
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
