"""The floor: aiohttp on uvloop relaying the same JSON, with no check, no log, no acknowledgement."""

from __future__ import annotations

import json

import uvloop
from aiohttp import WSMsgType, web

from tests.benchmarks.servers.ours import serve

peers: dict[str, web.WebSocketResponse] = {}


async def handle(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False, max_msg_size=65536)
    await socket.prepare(request)
    name, number = f"p{len(peers)}", 0
    peers[name] = socket
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            break
        message = json.loads(frame.data)
        if message["type"] == "join":
            await socket.send_str(json.dumps({"type": "welcome", "peer": name}))
        elif message["type"] == "candidate":
            number += 1
            target = peers[message.pop("to")]
            await target.send_str(json.dumps({**message, "from": name, "s": number}))
    return socket


if __name__ == "__main__":
    application = web.Application()
    application.router.add_get("/rooms/socket", handle)
    uvloop.run(serve(application))
