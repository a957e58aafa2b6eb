"""The visit that plays itself: every step is told, every paper is there and true, a failure is named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from lxml import etree

from billing.formats.fse import decode_lot
from telemed.trace.formats import verify_lines
from tests.shared import ROOT, shared_path

CDA = {"cda": "urn:hl7-org:v3"}


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "telemed", "demo", "--once", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One visit for the tests of this file: the folder of its papers, and what was printed."""
    folder = tmp_path_factory.mktemp("visit") / "papers"
    done = play(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_every_step_is_told_with_its_time(played: tuple[Path, str]) -> None:
    _, printed = played
    steps = printed.splitlines()
    assert len(steps) >= 15
    assert all(re.search(r"\(\d+\.\d s\)$", step) for step in steps[:-1])
    assert all(
        re.search(word, printed) for word in ("SMS", "Admission", "reprise", "Signature", "facturation", "ARL et RSP")
    )
    seconds = [float(found) for found in re.findall(r"images en (\d+\.\d) s", printed)]
    assert len(seconds) == 4
    assert min(seconds) >= 5


def test_the_papers_are_there_and_agree_with_each_other(played: tuple[Path, str]) -> None:
    folder, _ = played
    claim = json.loads((folder / "claim.json").read_bytes())
    continuity = json.loads((folder / "continuity.json").read_bytes())
    trace = [json.loads(line) for line in (folder / "trace.jsonl").read_text("utf-8").splitlines()]
    cda = etree.parse(folder / "report.cda.xml", etree.XMLParser(resolve_entities=False, no_network=True))
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (claim["state"], claim["code"]) == ("proposed", "TCG")
    assert isinstance(claim["amount_cents"], int)
    assert continuity["video_established"]
    assert continuity["both_ways"]
    assert continuity["interruptions"] >= 1
    assert "côté patient" in continuity["incidents"][0]["sentence"]
    body = cda.findtext("cda:component/cda:nonXMLBody/cda:text", namespaces=CDA)
    assert b64decode(body or "").startswith(b"%PDF-")
    assert [entry["number"] for entry in trace] == list(range(1, len(trace) + 1))
    assert verify_lines((folder / "trace.jsonl").read_bytes().splitlines()).head == trace[-1]["hash"]
    resource = f"teleconsultation:{claim['act_id']}"
    actions = [entry["action"] for entry in trace if entry["resource"] == resource]
    assert actions.index("teleconsultation.admit") < actions.index("teleconsultation.finish")


def test_the_claim_is_paid_from_the_lot_that_the_caisse_received(played: tuple[Path, str]) -> None:
    folder, _ = played
    proposed = json.loads((folder / "claim.json").read_bytes())
    (life,) = json.loads((folder / "claims.json").read_bytes())
    lot = decode_lot((folder / "fse-lot.txt").read_bytes())
    standing, (fse,), (dre,) = life["standing"], lot.content.fses, lot.content.dres
    assert (standing["claim_id"], standing["stage"]) == (proposed["id"], "paid")
    assert [step["happening"] for step in life["steps"]] == [
        "opened", "invoiced", "lotted", "sent", "arl_positive", "share_paid", "rsp_paid",
    ]  # fmt: skip
    assert (fse.code, fse.amount_cents) == (proposed["code"], proposed["amount_cents"])
    assert (fse.amo_cents + dre.amount_cents, standing["paid_cents"]) == (fse.amount_cents, fse.amount_cents)
    assert sum(entry["cents"] for entry in life["entries"]) == 0


VOLETS = {
    "report.cda.xml": "CI-SIS_TLM-CR_2022.01.sch",
    "expertise-request.cda.xml": "CI-SIS_TLM-DA_2022.01.sch",
    "expertise-report.cda.xml": "CI-SIS_TLM-CR_2022.01.sch",
}


@pytest.mark.parametrize("paper", VOLETS)
def test_the_documents_are_valid(played: tuple[Path, str], paper: str) -> None:
    """By the ANS's own schemas and schematrons, where they stand beside the project."""
    folder, _ = played
    tool = shared_path("data/tools/check_cda.py")
    command = [sys.executable, str(tool), str(shared_path("data/cda")), VOLETS[paper], str(folder / paper)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert "0 errors" in checked.stdout, checked.stdout + checked.stderr


def test_an_opinion_leaves_its_two_documents_and_its_two_claims(played: tuple[Path, str]) -> None:
    folder, printed = played
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    request, report = (etree.parse(folder / f"expertise-{name}.cda.xml", parser) for name in ("request", "report"))
    fulfilled = report.findall("cda:inFulfillmentOf/cda:order/cda:id", CDA)
    acts = [code.get("code") for code in report.findall("cda:documentationOf/cda:serviceEvent/cda:code", CDA)]
    claims = json.loads((folder / "expertise-claims.json").read_bytes())
    request_id = request.find("cda:id", CDA)
    assert request_id is not None
    assert [dict(one.attrib) for one in fulfilled] == [dict(request_id.attrib)]
    assert acts[0] == "TE2"
    assert (folder / "expertise-report.pdf").read_bytes().startswith(b"%PDF-")
    assert {(claim["code"], claim["amount_cents"]) for claim in claims} == {("TE2", 2_300), ("RQD", 1_000)}
    assert len({claim["act_id"] for claim in claims}) == 1
    assert "débarrassée de son lieu" in printed


def test_the_matching_gives_its_reasons(played: tuple[Path, str]) -> None:
    folder, _ = played
    matching = json.loads((folder / "matching.json").read_bytes())
    best, *others = matching["proposals"]
    assert all(best["points"] >= other["points"] for other in others)
    assert "LE GOFF" in best["person"]["full_name"].upper()  # wounds are what he is asked about
    for proposal in matching["proposals"]:
        assert sum(part["points"] for part in proposal["parts"]) == proposal["points"]
        assert all(part["why"] for part in proposal["parts"])


def test_a_failure_names_its_step_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be", "utf-8")
    done = play(tmp_path / "taken")
    assert done.returncode == 1
    assert "étape 1, « Ouverture du cabinet et du service »" in done.stderr
