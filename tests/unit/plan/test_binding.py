"""The table of `reconciler.plan.binding`: docs/behaviour.md, "Exactly one group per key"."""

from __future__ import annotations

import pytest

from reconciler.model.recorded import Intent, Tombstone
from reconciler.plan.binding import (
    CLOCK_SECONDS,
    Binding,
    BindingKind,
    bind,
    claimed_keys,
    create_uuid,
    reborn,
    refuse_shared_chats,
)
from tests.support.builders import CHAT, KEY, desired_group, recorded_group, state

NOW = 1_000_000.0
NINE_HOURS = 9 * 3600

OTHER_CHAT = "oc_other"


def intent(age):
    return Intent(uuid="gr-begun", incarnation=0, time=NOW - age, operation={})


def bound_state(chat_id=CHAT):
    return state(groups={KEY: recorded_group(chat_id=chat_id)})


def buried_state():
    return state(tombstones={KEY: Tombstone(time=0.0, group=recorded_group())})


def test_key_without_a_chat_is_created_with_a_derived_uuid():
    binding = bind(KEY, desired_group(), state(), NOW)

    assert (binding.kind, binding.uuid) == (BindingKind.CREATE, create_uuid("acme-groups", KEY, 0))


def test_key_of_the_state_is_bound():
    binding = bind(KEY, desired_group(), bound_state(), NOW)

    assert (binding.kind, binding.chat_id, binding.recorded) == (BindingKind.BOUND, CHAT, recorded_group())


def test_chat_of_the_configuration_that_agrees_with_the_state_is_bound():
    binding = bind(KEY, desired_group(chat_id=CHAT), bound_state(), NOW)

    assert (binding.kind, binding.problem) == (BindingKind.BOUND, None)


def test_chat_of_the_configuration_is_adopted():
    binding = bind(KEY, desired_group(chat_id=CHAT), state(), NOW)

    assert (binding.kind, binding.chat_id, binding.recorded) == (BindingKind.ADOPT, CHAT, None)


def test_key_that_comes_back_is_adopted_again_and_never_created():
    binding = bind(KEY, desired_group(), buried_state(), NOW)

    assert (binding.kind, binding.chat_id, binding.recorded) == (BindingKind.ADOPT, CHAT, recorded_group())


def test_bound_key_that_left_the_configuration_is_left():
    binding = bind(KEY, None, bound_state(), NOW)

    assert (binding.kind, binding.chat_id) == (BindingKind.LEAVE, CHAT)


def test_unfinished_create_that_left_the_configuration_is_left_without_a_chat():
    binding = bind(KEY, None, state(intents={KEY: intent(0)}), NOW)

    assert (binding.kind, binding.chat_id) == (BindingKind.LEAVE, None)


def test_unfinished_create_below_nine_hours_is_resumed_with_its_uuid():
    binding = bind(KEY, desired_group(), state(intents={KEY: intent(NINE_HOURS - 1)}), NOW)

    assert (binding.kind, binding.uuid, binding.problem) == (BindingKind.RESUME, "gr-begun", None)


def test_unfinished_create_of_nine_hours_is_too_old():
    binding = bind(KEY, desired_group(), state(intents={KEY: intent(NINE_HOURS)}), NOW)

    assert binding.problem
    assert binding.problem.summary == "Unfinished create is too old to resume"
    assert binding.problem.hint == (
        "Look for the group in Feishu. If it is there, set its `chat_id:` in the YAML. If it is not, run "
        "`groupctl forget oncall-payments`."
    )


def test_bound_key_has_no_create_to_resume():
    group = state(groups={KEY: recorded_group()}, intents={KEY: intent(0)})

    assert bind(KEY, desired_group(), group, NOW).kind is BindingKind.BOUND


@pytest.mark.parametrize("known", [bound_state(OTHER_CHAT), None])
def test_chat_of_the_configuration_has_to_agree_with_the_state(known):
    binding = bind(KEY, desired_group(chat_id="oc_wanted"), known or buried_state(), NOW)

    assert binding.problem
    assert binding.problem.summary == "Key is bound to another chat"
    assert binding.problem.detail == (
        "The configuration says `chat_id: oc_wanted`, but the state binds this key to "
        f"`{OTHER_CHAT if known else CHAT}`."
    )


def test_chat_that_is_bound_to_another_key_is_a_problem():
    binding = bind(KEY, desired_group(chat_id=CHAT), state(groups={"old-key": recorded_group()}), NOW)

    assert binding.problem
    assert binding.problem.summary == "Chat is bound to another key"
    assert binding.problem.hint == (
        "If the key was renamed, add `previously: [old-key]`, or run `groupctl state mv old-key oncall-payments`."
    )


def abandoned_state(incarnation=0, key=KEY, **fields):
    group = recorded_group(incarnation=incarnation)
    return state(tombstones={key: Tombstone(time=0.0, group=group, abandoned=True)}, **fields)


def test_unfinished_create_of_a_key_that_left_is_told():
    binding = bind(KEY, None, state(intents={KEY: intent(0)}), NOW)

    assert (binding.kind, binding.chat_id) == (BindingKind.LEAVE, None)
    assert binding.problem is not None
    assert binding.problem.summary == "Unfinished create of a key that left"


class TestClock:
    """How old an intent is, is known as far as clocks are right; an hour is left for those that are not."""

    def test_create_begun_by_a_clock_that_was_a_little_ahead_is_resumed(self):
        known = state(intents={KEY: intent(1 - CLOCK_SECONDS)})

        assert bind(KEY, desired_group(), known, NOW).problem is None

    def test_create_begun_in_the_future_is_not_repeated(self):
        known = state(intents={KEY: intent(-CLOCK_SECONDS)})

        problem = bind(KEY, desired_group(), known, NOW).problem

        assert problem is not None
        assert problem.summary == "Unfinished create is too old to resume"


class TestIncarnations:
    @pytest.mark.parametrize("incarnation", [0, 4])
    def test_key_of_an_abandoned_chat_gets_the_next_incarnation(self, incarnation):
        binding = bind(KEY, desired_group(), abandoned_state(incarnation), NOW)

        assert (binding.kind, binding.incarnation) == (BindingKind.CREATE, incarnation + 1)
        assert binding.uuid == create_uuid("acme-groups", KEY, incarnation + 1)

    def test_abandoned_chat_that_the_configuration_names_is_adopted_like_any_other(self):
        binding = bind(KEY, desired_group(chat_id=CHAT), abandoned_state(), NOW)

        assert (binding.kind, binding.recorded) == (BindingKind.ADOPT, None)

    def test_begun_create_of_a_later_incarnation_is_resumed_as_it_is(self):
        begun = Intent(uuid="gr-begun", incarnation=3, time=NOW, operation={})

        binding = bind(KEY, desired_group(), abandoned_state(intents={KEY: begun}), NOW)

        assert (binding.kind, binding.uuid, binding.incarnation) == (BindingKind.RESUME, "gr-begun", 3)

    def test_begun_create_counts_more_than_the_chat_that_was_forgotten_before(self):
        known = state(intents={KEY: intent(0)}, tombstones={KEY: Tombstone(time=0.0, group=recorded_group())})

        assert bind(KEY, desired_group(), known, NOW).kind is BindingKind.RESUME

    def test_forgotten_key_whose_chat_is_dissolved_is_reborn(self):
        known = state(tombstones={KEY: Tombstone(time=0.0, group=recorded_group(incarnation=1))})

        binding = reborn(bind(KEY, desired_group(), known, NOW), "acme-groups")

        assert (binding.kind, binding.chat_id, binding.recorded) == (BindingKind.CREATE, None, None)
        assert (binding.incarnation, binding.uuid) == (2, create_uuid("acme-groups", KEY, 2))


class TestPreviously:
    RENAMED = desired_group(previously=("old-key", "older-key"))

    @pytest.mark.parametrize("old", ["old-key", "older-key"])
    def test_chat_of_an_old_key_is_taken_over(self, old):
        binding = bind(KEY, self.RENAMED, state(groups={old: recorded_group()}), NOW)

        assert (binding.kind, binding.chat_id, binding.renamed_from) == (BindingKind.BOUND, CHAT, old)
        assert binding.recorded == recorded_group()

    def test_chat_of_a_forgotten_old_key_is_taken_over(self):
        known = state(tombstones={"old-key": Tombstone(time=0.0, group=recorded_group())})

        binding = bind(KEY, self.RENAMED, known, NOW)

        assert (binding.kind, binding.chat_id, binding.renamed_from) == (BindingKind.ADOPT, CHAT, "old-key")

    def test_create_that_was_begun_under_an_old_key_is_resumed(self):
        binding = bind(KEY, self.RENAMED, state(intents={"old-key": intent(0)}), NOW)

        assert (binding.kind, binding.uuid, binding.renamed_from) == (
            BindingKind.RESUME,
            "gr-begun",
            "old-key",
        )

    def test_old_create_that_is_too_old_is_cleared_by_its_own_key(self):
        binding = bind(KEY, self.RENAMED, state(intents={"old-key": intent(NINE_HOURS)}), NOW)

        assert binding.problem
        assert "run `groupctl forget old-key`" in binding.problem.hint

    def test_abandoned_chat_of_an_old_key_is_not_taken_over(self):
        binding = bind(KEY, self.RENAMED, abandoned_state(key="old-key"), NOW)

        assert (binding.kind, binding.incarnation, binding.renamed_from) == (BindingKind.CREATE, 0, None)

    def test_bound_key_does_not_care_for_old_keys_that_were_forgotten(self):
        known = state(
            groups={KEY: recorded_group()},
            tombstones={"old-key": Tombstone(time=0.0, group=recorded_group(chat_id=OTHER_CHAT))},
        )

        binding = bind(KEY, self.RENAMED, known, NOW)

        assert (binding.kind, binding.chat_id, binding.renamed_from) == (BindingKind.BOUND, CHAT, None)

    def test_keys_that_are_both_known_are_a_problem(self):
        known = state(groups={KEY: recorded_group(), "old-key": recorded_group(chat_id=OTHER_CHAT)})

        binding = bind(KEY, self.RENAMED, known, NOW)

        assert binding.problem
        assert binding.problem.summary == "Old key and new key are both known"
        assert binding.problem.detail == (
            "`previously` says that `oncall-payments`, `old-key` are one group, but the state knows each of them."
        )

    def test_chat_of_the_configuration_has_to_agree_with_the_chat_of_the_old_key(self):
        renamed = desired_group(chat_id=OTHER_CHAT, previously=("old-key",))

        binding = bind(KEY, renamed, state(groups={"old-key": recorded_group()}), NOW)

        assert binding.problem
        assert binding.problem.summary == "Key is bound to another chat"

    def test_chat_of_the_configuration_may_be_the_chat_of_the_old_key(self):
        renamed = desired_group(chat_id=CHAT, previously=("old-key",))

        binding = bind(KEY, renamed, state(groups={"old-key": recorded_group()}), NOW)

        assert (binding.kind, binding.problem) == (BindingKind.BOUND, None)

    def test_claimed_keys_are_those_of_all_groups(self):
        groups = [desired_group(previously=("a", "b")), desired_group("other", previously=("c",))]

        assert claimed_keys(groups) == {"a", "b", "c"}


class TestSharedChats:
    def adopting(self, key, chat_id=CHAT):
        return Binding(key=key, kind=BindingKind.ADOPT, chat_id=chat_id)

    def test_chat_claimed_by_several_keys_is_a_problem_of_each(self):
        claims = {key: self.adopting(key) for key in ("b", "a")}

        refused = refuse_shared_chats(claims)

        assert [each.problem.summary for each in refused.values() if each.problem] == [
            "Chat is claimed by several keys"
        ] * 2
        assert refused["b"].problem
        assert refused["b"].problem.detail == (
            f"`{CHAT}` would be bound to `a`, `b`: named by `chat_id:`, or bound to the key before it was "
            "forgotten."
        )

    def test_other_bindings_stay_as_they_are(self):
        bindings = {
            "a": self.adopting("a"),
            "b": self.adopting("b", OTHER_CHAT),
            "c": Binding(key="c", kind=BindingKind.CREATE, uuid="gr-1"),
            "d": Binding(key="d", kind=BindingKind.LEAVE, chat_id=CHAT),
        }

        assert refuse_shared_chats(bindings) == bindings

    def test_problem_that_a_key_has_already_stays(self):
        held = bind("a", desired_group("a", chat_id=CHAT), state(groups={"x": recorded_group()}), NOW)

        refused = refuse_shared_chats({"a": held, "b": self.adopting("b")})

        assert refused["a"] == held


class TestUuid:
    def test_uuid_of_the_same_group_is_the_same(self):
        assert create_uuid("fleet", "key", 0) == create_uuid("fleet", "key", 0)

    def test_uuid_fits_into_the_fifty_characters_of_the_platform(self):
        assert len(create_uuid("f" * 1000, "k" * 63, 10**9)) <= 50

    def test_uuid_begins_with_gr(self):
        assert create_uuid("fleet", "key", 0).startswith("gr-")

    def test_uuid_differs_by_fleet_key_and_incarnation(self):
        identities = [("a", "b", 0), ("ab", "", 0), ("a", "b", 1), ("b", "b", 0), ("a", "c", 0)]

        assert len({create_uuid(*identity) for identity in identities}) == len(identities)
