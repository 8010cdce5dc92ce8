from __future__ import annotations

import json

from reconciler.model.recorded import Intent, RecordedGroup, RecordedValue, State, Tombstone
from reconciler.render.state_text import render_state_group, render_state_list, state_json
from tests.support.golden import assert_golden
from tests.support.plans import CHAT, LILEI

NOW = 1_780_000_000.0
STATE = State(
    lineage="5b0c6c1e",
    serial=12,
    fleet="acme-groups-7f3a",
    endpoint="feishu",
    app_id="cli_a10fbf7e94b8d01d",
    groups={
        "oncall-payments": RecordedGroup(
            chat_id=CHAT,
            created_by_us=True,
            values={
                "name": RecordedValue(sent=" 支付值班", echo="支付值班"),
                "managers": RecordedValue(sent=[LILEI]),
            },
        ),
        "all-hands": RecordedGroup(chat_id="oc_2"),
    },
    intents={"new-one": Intent(uuid="gr-1", incarnation=0, time=NOW - 7200, operation={})},
    tombstones={"old-one": Tombstone(time=NOW - 3 * 86400, group=RecordedGroup(chat_id="oc_3"))},
)


def test_list_reads_as_in_its_golden_file():
    assert_golden("render/state-list.txt", render_state_list(STATE, NOW))


def test_bound_key_reads_as_in_its_golden_file():
    assert_golden("render/state-bound.txt", render_state_group("oncall-payments", STATE, NOW))


def test_forgotten_key_tells_when():
    lines = render_state_group("old-one", STATE, NOW).splitlines()

    assert lines[0] == "old-one  oc_3"
    assert lines[1].startswith("  forgotten 2026-05-25T20:26:40Z (3 d ago);")


def test_begun_create_tells_its_uuid():
    assert render_state_group("new-one", STATE, NOW).splitlines() == [
        "new-one",
        "  create begun 2026-05-28T18:26:40Z (2 h ago), uuid gr-1",
    ]


def test_unknown_key_is_told_so():
    assert render_state_group("nope", STATE, NOW) == "nope\n  The state does not hold this key."


def test_empty_state_has_no_keys():
    state = State(lineage="l", fleet="f", endpoint="emulator")

    assert render_state_list(state, NOW).splitlines() == [
        "State of the fleet f on emulator, lineage l, serial 0, 0 bound groups",
        "  No keys.",
    ]


def test_json_is_the_state():
    assert json.loads(state_json(STATE)) == {"format_version": 1, **STATE.model_dump(mode="json")}


def test_json_of_a_key_is_what_the_state_holds_of_it():
    bound = json.loads(state_json(STATE, "all-hands"))
    begun = json.loads(state_json(STATE, "new-one"))
    forgotten = json.loads(state_json(STATE, "old-one"))

    assert (bound["group"]["chat_id"], bound["intent"], bound["tombstone"]) == ("oc_2", None, None)
    assert begun["intent"]["uuid"] == "gr-1"
    assert forgotten["tombstone"]["group"]["chat_id"] == "oc_3"


def test_group_that_was_given_up_is_told_with_what_will_become_of_its_key():
    buried = Tombstone(time=NOW - 3600, group=RecordedGroup(chat_id=CHAT), abandoned=True)
    given_up = STATE.model_copy(update={"tombstones": {"oncall": buried}})

    assert "given up" in render_state_list(given_up, NOW)
    assert "a new group is created when the key comes back" in render_state_group("oncall", given_up, NOW)
