"""The catalogue and the pathways: what they hold, and that nothing doubtful loads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from telemed.acts.telemonitoring.formats.catalogue import parse_catalogue
from telemed.acts.telemonitoring.formats.packaged import (
    PATHWAYS,
    PathwayError,
    load_catalogue,
    load_pathways,
)
from telemed.acts.telemonitoring.formats.pathways import parse_pathway
from telemed.law.law import Law
from telemed.law.parameter import Certainty, NotInForce
from tests.shared import ROOT
from tests.unit.acts.telemonitoring.making import make_reading

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def law() -> Law:
    return Law.load()


def test_every_pathway_of_the_law_that_we_follow_has_its_data_and_its_silence(law: Law) -> None:
    pathways = load_pathways(law, load_catalogue())
    followed = {pathway.activity for pathway in pathways.values()}
    assert followed == set(law.on(TODAY).value("telemonitoring/pathways").labels) - {"oncologie"}
    for pathway in pathways.values():
        version = pathway.on(TODAY)
        assert version.minimum_data
        assert version.silence.signals
        assert [alert.is_silence for alert in version.alerts].count(True) == 1


@pytest.mark.parametrize(
    ("code", "days"), [("insuffisance_cardiaque", 1), ("diabete", 7), ("insuffisance_respiratoire_vni", 1)]
)
def test_silence_windows_that_a_text_fixes_come_from_the_law(law: Law, code: str, days: int) -> None:
    assert load_pathways(law, load_catalogue())[code].on(TODAY).silence.days == days


def test_doubtful_pathways_are_in_the_legal_doubts(law: Law) -> None:
    doubts = (ROOT / "docs" / "explanation" / "legal-doubts.md").read_text("utf-8")
    for pathway in load_pathways(law, load_catalogue()).values():
        if pathway.on(TODAY).certainty is not Certainty.CONFIRMED:
            assert f"`{pathway.code}`" in doubts


def test_no_pathway_before_its_first_day(law: Law) -> None:
    with pytest.raises(NotInForce):
        load_pathways(law, load_catalogue())["diabete"].on(date(2023, 6, 30))


GOOD = (PATHWAYS / "diabete.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("activity: diabete", "activity: oncologie", "oncologie is not followed"),
        ("activity: diabete", "activite: diabete", "unknown keys"),
        ("2023-07-01:", "2023-06-01:", "the law has no"),
        ("2023-07-01:", "bientôt:", "begins on a day"),
        ("interstitial_glucose", "sugar", "not in the catalogue"),
        ("hors_cible: {}", "autre: {}", "lists"),
        ("is_silence: true", "is_silence: false", "exactly one alert"),
        ("{law: telemonitoring/collection_days/diabete}", "{days: 7}", "not confirmed"),
        ("{law: telemonitoring/collection_days/diabete}", "{}", "comes from the law"),
        ("{law: telemonitoring/collection_days/diabete}", "{law: telemonitoring/nothing}", "the law has no"),
        ("certainty: confirmed", "certainty: disputed", "needs a note"),
        ("certainty: confirmed", "certainty: sure", "sure"),
        ("    references:", "    references: []\n    other:", "unknown keys"),
        ("versions:", "versions: {}\nversions:", "written twice"),
    ],
)
def test_a_doubtful_pathway_does_not_load(law: Law, old: str, new: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_pathway("diabete", GOOD.replace(old, new, 1), load_catalogue(), law)


def test_all_faults_are_told_at_once(tmp_path: Path, law: Law) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("{}", "utf-8")
    with pytest.raises(PathwayError) as refused:
        load_pathways(law, load_catalogue(), tmp_path)
    assert [fault[0] for fault in refused.value.faults] == ["a", "b"]


def test_an_empty_folder_is_a_fault(tmp_path: Path, law: Law) -> None:
    with pytest.raises(PathwayError, match="no pathway"):
        load_pathways(law, load_catalogue(), tmp_path)


SIGNAL = """
signals:
  weight: {label: Poids, unit: kg, from: "1", to: "500", codes: {loinc: ["29463-7"]}}
panels: {loinc: ["85354-9"]}
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("unit: kg", "unit: pounds", "unknown unit"),
        ("unit: kg, ", "", "has a unit"),
        ("unit: kg", "kind: answer, unit: kg", "has a unit"),
        ('from: "1"', "from: 1", "as a text"),
        ('from: "1"', 'from: "501"', "below"),
        ('from: "1", ', "", "needs `from`"),
        ('from: "1"', 'from: "0.0000001"', "six decimals"),
        ('{loinc: ["29463-7"]}', "{}", "at least one code"),
        ('{loinc: ["29463-7"]}', "{mine: [x]}", "lists under"),
        ('{loinc: ["29463-7"]}', "{loinc: [5]}", "as a text"),
        ('["85354-9"]', '["29463-7"]', "means one thing"),
        ("label: Poids", "name: Poids", "unknown key"),
        ("label: Poids", "label: ''", "label is a text"),
        ("panels:", "groups:", "signals and panels"),
    ],
)
def test_a_doubtful_signal_does_not_load(old: str, new: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_catalogue(SIGNAL.replace(old, new, 1))


def test_a_catalogue_that_cannot_be_read_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "signals.yaml"
    path.write_text("signals: {}", "utf-8")
    with pytest.raises(PathwayError, match=r"signals\.yaml"):
        load_catalogue(path)


def test_the_reference_page_shows_every_signal_as_it_is() -> None:
    page = (ROOT / "docs" / "reference" / "telemonitoring-data.md").read_text("utf-8")
    for signal in make_reading().catalogue:
        codes = ", ".join(coding.code for coding in signal.codings)
        assert f"| `{signal.name}` | {signal.label} | {signal.unit or '—'} | {codes} |" in page
