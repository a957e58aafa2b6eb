"""Whatever JSON a client sends in the place of a field, the checks answer with one of their words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.messages import check_body
from tests.unit.signaling.support import refusal_of
from tests.unit.signaling.test_messages import EXPECTED, GOOD, message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_json_at_all_breaks_the_checks(value: object) -> None:
    for kind, fields in GOOD.items():
        for name in fields:
            assert refusal_of(check_body, message(kind, **{name: value})) in EXPECTED
