"""The commands of `docs/how-to/connect-a-device.md` do what it says, in their order."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta

import pytest

from telemed.app import Services
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.shared import ROOT

pytestmark = pytest.mark.asyncio
_GUIDE = ROOT / "docs/how-to/connect-a-device.md"
_COMMAND = re.compile(r"^ {7}(curl .+?)(?:  # gives (\w+))?$", re.MULTILINE)
_WORD = re.compile(r"\b(?:PATIENT|FOLLOW_UP|DEVICE|TOKEN|TODAY|IN_SIX_MONTHS|NOW)\b")


def read_command(line: str) -> tuple[str, str, str, dict[str, str]]:
    """Method, address, body and headers of a `curl`."""
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("$T"))
    body = words[words.index("-d") + 1] if "-d" in words else ""
    headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
    return method, url.removeprefix("$T"), body, dict(header.split(": ", 1) for header in headers)


async def test_a_device_is_connected_by_the_commands_of_the_guide(api: Api, services: Services, people: People) -> None:
    now = services.clock.now()
    known = {"TODAY": f"{now.date()}", "IN_SIX_MONTHS": f"{now.date() + timedelta(days=180)}", "NOW": now.isoformat()}
    replies = []
    commands = _COMMAND.findall(_GUIDE.read_text("utf-8"))
    for line, gives in commands[1:]:  # after the sign-in
        method, path, body, headers = read_command(_WORD.sub(lambda found: known[found[0]], line))
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        reply = await api.call(
            method,
            path,
            body.encode(),
            content_type=headers.get("Content-Type", "application/json"),
            by=None if token else people.doctor,
            bearer=token,
        )
        assert reply.status in (200, 201), (line, reply.body)
        if gives:
            known[gives] = reply.body["token"] if gives == "TOKEN" else reply.body.get("patient", reply.body)["id"]
        replies.append(reply)
    readiness, sent, read = replies[-5].body, replies[-2], replies[-1].body
    assert readiness["reasons"] == []
    assert (sent.status, "Location" in sent.response.headers) == (201, True)
    assert [entry["resource"]["valueQuantity"]["value"] for entry in read["entry"]] == [72.4]
