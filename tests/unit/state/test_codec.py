from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.model.recorded import STATE_VERSION, Intent, RecordedGroup, RecordedValue, State, Tombstone
from reconciler.plan.operations import CreateChat
from reconciler.state.codec import dump_state, parse_state
from tests.support.builders import recorded_group, state
from tests.support.strategies import LAW

GOLDEN = Path(__file__).parents[2] / "data" / "state" / "v1.json"


def problem_of(content: bytes):
    with pytest.raises(StateError) as caught:
        parse_state(content, "groupctl.lock.json")
    [diagnostic] = caught.value.diagnostics
    return diagnostic


class TestFormat1:
    """A released format stays readable for ever: this file is never changed, only added to by newer formats."""

    def test_is_read(self):
        found = parse_state(GOLDEN.read_bytes(), "v1.json")

        assert found.serial == 41
        assert found.groups["oncall-payments"].created_by_us
        assert (
            found.groups["oncall-payments"].values["tabs"].seen[0]["link"] == "https://example.com/runbook/"
        )
        assert found.tombstones["old-project"].group.incarnation == 1

    def test_unfinished_create_can_be_resumed(self):
        intent = parse_state(GOLDEN.read_bytes(), "v1.json").intents["incident-1"]

        operation = CreateChat.model_validate(intent.operation, strict=False)

        assert operation.uuid == intent.uuid
        assert operation.settings.name == "事故 1"

    def test_is_written_as_it_was_read(self):
        content = GOLDEN.read_text(encoding="utf-8")

        assert dump_state(parse_state(content.encode(), "v1.json")) == content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
times = st.floats(0, 4e9)
groups = st.builds(
    RecordedGroup,
    chat_id=st.text(),
    incarnation=st.integers(0, 9),
    created_by_us=st.booleans(),
    gave_away=st.booleans(),
    promised_to=st.none() | st.text(),
    values=st.dictionaries(
        st.text(), st.builds(RecordedValue, sent=json_values, echo=json_values), max_size=3
    ),
)
states = st.builds(
    State,
    lineage=st.text(),
    serial=st.integers(0, 10**9),
    fleet=st.text(),
    endpoint=st.text(),
    app_id=st.text(),
    tenant_key=st.text(),
    groups=st.dictionaries(st.text(), groups, max_size=3),
    intents=st.dictionaries(
        st.text(),
        st.builds(Intent, uuid=st.text(), incarnation=st.integers(0, 9), time=times, operation=json_values),
        max_size=2,
    ),
    tombstones=st.dictionaries(
        st.text(),
        st.builds(Tombstone, time=times, group=groups, abandoned=st.booleans()),
        max_size=2,
    ),
)


@LAW
@given(states)
def test_what_is_written_is_read_back(written):
    assert parse_state(dump_state(written).encode(), "state") == written


@LAW
@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_other_content_is_a_state_error(content):
    assert problem_of(content).summary in {"State cannot be read", "State was written by a newer version"}


def test_equal_states_are_written_alike_and_readable():
    known = state(groups={"支付": recorded_group({"name": "支付值班"})})

    assert dump_state(known) == dump_state(known.model_copy(deep=True))
    assert "支付值班" in dump_state(known)
    assert dump_state(known).endswith("}\n")


def test_newer_format_asks_for_an_update():
    content = json.loads(dump_state(state())) | {"version": STATE_VERSION + 1, "unknown": []}

    problem = problem_of(json.dumps(content).encode())

    assert problem.summary == "State was written by a newer version"
    assert f"format {STATE_VERSION + 1}" in problem.detail
    assert "Update `groupctl`" in problem.hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not valid JSON"),
        (b"<<<<<<< ours\n{}", "it is not valid JSON"),
        (b"\xff\xfe", "it is not valid JSON"),
        (b"[" * 100_000, "it is not valid JSON"),
        (b"[]", "it has no `version`"),
        (b"{}", "it has no `version`"),
        (b'{"version": "1"}', "it has no `version`"),
        (b'{"version": 0}', "`version` is not as it should be"),
        (b'{"version": 1}', "`lineage` is not as it should be"),
    ],
)
def test_damaged_file_says_what_is_wrong_and_how_to_get_it_back(content, why):
    problem = problem_of(content)

    assert problem.summary == "State cannot be read"
    assert why in problem.detail
    assert "git checkout -- groupctl.lock.json" in problem.hint


def test_damaged_remote_state_is_restored_where_it_is_kept():
    with pytest.raises(StateError) as caught:
        parse_state(b"", "https://state.example.com/groups")

    assert caught.value.diagnostics[0].hint == (
        "Restore the last good version from the history of its place."
    )


def test_damage_inside_is_named_by_its_place_without_the_value():
    content = json.loads(dump_state(state(groups={"oncall": recorded_group()})))
    content["groups"]["oncall"]["chat_id"] = 42

    problem = problem_of(json.dumps(content).encode())

    assert "`groups.oncall.chat_id`" in problem.detail
    assert "42" not in problem.detail
