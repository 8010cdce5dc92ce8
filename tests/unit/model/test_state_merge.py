"""States that two sides wrote, put together."""

from __future__ import annotations

import pytest

from reconciler.errors import StateError
from reconciler.model.recorded import Intent, RecordedValue, State, Tombstone
from reconciler.model.state_merge import merge_states
from tests.support.builders import recorded_group, state


def knowing(**chats):
    """Return a state in which keys are bound to chats."""
    return state(groups={key: recorded_group(chat_id=chat) for key, chat in chats.items()}, app_id="cli_a")


def oncall(values=None, **fields):
    return state(groups={"oncall": recorded_group(values, **fields)})


def begun(uuid, time):
    return state(intents={"oncall": Intent(uuid=uuid, incarnation=0, time=time, operation={})})


def forgotten(time=1.0, *, abandoned=False):
    return state(tombstones={"oncall": Tombstone(time=time, group=recorded_group(), abandoned=abandoned)})


def problems(base, ours, theirs):
    with pytest.raises(StateError) as caught:
        merge_states(base, ours, theirs)
    return [each.detail for each in caught.value.diagnostics]


def test_groups_that_each_side_bound_are_both_bound():
    base, ours, theirs = knowing(), knowing(a="oc_a"), knowing(b="oc_b")

    assert merge_states(base, ours, theirs).groups == knowing(a="oc_a", b="oc_b").groups


def test_two_first_states_need_no_base():
    merged = merge_states(None, knowing(a="oc_a"), knowing(b="oc_b"))

    assert set(merged.groups) == {"a", "b"}


def test_tenant_that_one_side_learned_is_known():
    ours, theirs = state(app_id="cli_a", serial=4), state(app_id="cli_a", tenant_key="tk_1", serial=2)

    merged = merge_states(state(), ours, theirs)

    assert (merged.app_id, merged.tenant_key, merged.serial) == ("cli_a", "tk_1", 4)


def test_group_that_both_sides_took_over_has_the_lists_of_both():
    ours, theirs = oncall({"managers": ["ou_a"]}), oncall({"managers": ["ou_b"]})

    merged = merge_states(state(), ours, theirs)

    assert merged.groups["oncall"].values["managers"] == RecordedValue(sent=["ou_a", "ou_b"])


def test_value_that_both_wrote_is_ours():
    merged = merge_states(oncall({"name": "A"}), oncall({"name": "B"}), oncall({"name": "C"}))

    assert merged.groups["oncall"].values["name"] == RecordedValue(sent="B")


def test_value_that_one_side_dropped_and_the_other_wrote_is_kept():
    merged = merge_states(oncall({"name": "A"}), oncall({}), oncall({"name": "C"}))

    assert merged.groups["oncall"].values["name"] == RecordedValue(sent="C")


def test_list_keeps_the_order_of_ours_and_what_the_platform_made_of_its_things():
    def tabs(*names, icon=None):
        sent = [{"name": name} for name in names]
        seen = [{**each, "icon": icon} if icon else each for each in sent]
        return oncall({"tabs": RecordedValue(sent=sent, echo=seen if icon else None)})

    merged = merge_states(tabs("A", "B"), tabs("C", "A"), tabs("A", "B", "D", icon="x"))

    value = merged.groups["oncall"].values["tabs"]
    assert value.sent == [{"name": "C"}, {"name": "A"}, {"name": "B"}, {"name": "D"}]
    assert [each.get("icon") for each in value.seen] == [None, "x", "x", "x"]


def test_create_that_both_began_counts_from_the_first_time():
    merged = merge_states(state(), begun("gr-1", 20.0), begun("gr-1", 10.0))

    assert merged.intents["oncall"].time == 10.0


def test_group_that_both_forgot_is_abandoned_when_either_gave_it_up():
    merged = merge_states(oncall(), forgotten(time=2.0), forgotten(abandoned=True))

    assert merged.tombstones["oncall"].abandoned


class TestWhatCannotBeMerged:
    """Nothing tells who is who, so nothing is guessed."""

    def test_key_with_two_chats(self):
        told = problems(knowing(), knowing(a="oc_1"), knowing(a="oc_2"))

        assert told == ["`a` is bound to `oc_1` in ours and bound to `oc_2` in theirs."]

    def test_chat_with_two_keys(self):
        told = problems(knowing(), knowing(a="oc_1"), knowing(b="oc_1"))

        assert told == ["`oc_1` is bound to `a` on one side and to `b` on the other."]

    @pytest.mark.parametrize(
        ("theirs", "told"),
        [
            (begun("gr-2", 1.0), "a create that was begun and not finished"),
            (forgotten(), "forgotten, formerly `oc_a0553eda9014c201e6969b478895c230`"),
            (state(), "unknown"),
        ],
        ids=["begun", "forgotten", "unknown"],
    )
    def test_key_that_one_side_changed_and_the_other_holds_otherwise(self, theirs, told):
        base = oncall({"name": "A"})

        assert problems(base, oncall({"name": "B"}), theirs)[0].endswith(f"in ours and {told} in theirs.")

    def test_two_different_creates(self):
        assert len(problems(state(), begun("gr-1", 1.0), begun("gr-2", 1.0))) == 1

    @pytest.mark.parametrize(
        "fields",
        [
            {"lineage": "other"},
            {"fleet": "other"},
            {"endpoint": "feishu"},
            {"app_id": "cli_b"},
            {"tenant_key": "tk_2"},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_states_of_different_places(self, fields):
        ours = state(app_id="cli_a", tenant_key="tk_1")
        theirs = State(**ours.model_dump() | fields)

        [told] = problems(state(), ours, theirs)
        assert told.startswith("They are states of two different things: ")
