"""The bytes that are hashed and signed have one spelling, and any change shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.documents.formats.seal import (
    SEAL_FORMAT,
    canonical_json,
    content_fingerprint,
    manifest_bytes,
    sha256_hex,
)
from telemed.documents.model import SealManifest, Visibility
from tests.unit.documents.making import (
    DOCUMENT_ID,
    SET_ID,
    SIGNED_AT,
    make_act,
    make_content,
    make_facts,
    make_identity,
    make_patient,
    make_report,
)

MANIFEST = SealManifest(
    document_id=DOCUMENT_ID,
    set_id=SET_ID,
    version=1,
    replaces=None,
    content_sha256="a" * 64,
    pdf_sha256="b" * 64,
    cda_sha256="c" * 64,
    signer_rpps="10100000017",
    signed_at=SIGNED_AT,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(json_values)
def test_canonical_json_reads_back_and_has_one_spelling(value: object) -> None:
    once = canonical_json(value)
    assert json.loads(once) == value
    assert canonical_json(json.loads(once)) == once


def test_the_order_of_keys_and_of_sets_does_not_matter() -> None:
    assert canonical_json({"b": 1, "a": frozenset(Visibility)}) == canonical_json(
        {"a": sorted(code.value for code in Visibility), "b": 1}
    )


def test_a_float_has_no_canonical_spelling() -> None:
    with pytest.raises(TypeError):
        canonical_json({"a": [1, {"b": 0.1}]})


def test_the_manifest_names_its_format_and_the_offset_of_the_signature() -> None:
    payload = json.loads(manifest_bytes(MANIFEST))
    assert payload["format"] == SEAL_FORMAT
    assert payload["signed_at"] == "2026-11-20T13:52:07+00:00"
    assert payload["replaces"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"document_id": UUID(int=9)},
        {"set_id": UUID(int=9)},
        {"version": 2},
        {"replaces": UUID(int=9)},
        {"content_sha256": "d" * 64},
        {"pdf_sha256": "d" * 64},
        {"cda_sha256": "d" * 64},
        {"signer_rpps": "10100000033"},
        {"signed_at": SIGNED_AT + timedelta(microseconds=1)},
    ],
)
def test_every_field_of_the_manifest_counts(change: dict[str, object]) -> None:
    changed = replace(MANIFEST, **change)  # type: ignore[arg-type]  # one field at a time, of its type
    assert manifest_bytes(changed) != manifest_bytes(MANIFEST)


def test_the_fingerprint_covers_the_identity_the_facts_and_the_words() -> None:
    reference = content_fingerprint(make_identity(), make_report())
    others = [
        content_fingerprint(make_identity(version=2, replaces=SET_ID), make_report()),
        content_fingerprint(make_identity(), make_report(content=make_content(plan="Repos"))),
        content_fingerprint(make_identity(), make_report(facts=make_facts(patient=make_patient(local_id="1")))),
        content_fingerprint(
            make_identity(), make_report(facts=make_facts(act=make_act(ended_at=SIGNED_AT + timedelta(seconds=1))))
        ),
    ]
    assert len({reference, *others}) == 5
    assert reference == content_fingerprint(make_identity(), make_report())


def test_digests_are_hexadecimal_sha256() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
