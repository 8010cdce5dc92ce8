"""Laws of merged states: whatever two sides did to one state, nothing is lost and nobody is taken for somebody else."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.model.recorded import Intent, State, Tombstone
from reconciler.model.state_merge import merge_states
from tests.support.builders import recorded_group, state
from tests.support.strategies import law

LAW = law(100)
KEYS = ("a", "b", "c")
CHATS = {key: f"oc_{key}" for key in KEYS}
MEMBERS: tuple[list[str] | None, ...] = (["ou_a"], ["ou_a", "ou_b"], ["ou_b", "ou_c"], [], None)


def _entries(key: str) -> list[tuple[str, object]]:
    """Return what a side may know of a key: nearly always its own chat, which it shares with nobody."""
    groups = [
        recorded_group(
            {"name": name} if members is None else {"name": name, "members": members},
            chat_id=chat,
            exact=exact,
            invited={"ou_a": 1.0} if exact else {},
        )
        for members, name, chat, exact in product(
            MEMBERS, ("值班", "Oncall"), (CHATS[key],) * 3 + ("oc_stranger",), ((), ("members",))
        )
    ]
    return [
        *(("groups", group) for group in groups),
        *(("tombstones", Tombstone(time=1.0, group=group)) for group in groups[::4]),
        *(("tombstones", Tombstone(time=2.0, group=group, abandoned=True)) for group in groups[::4]),
        *(
            ("intents", Intent(uuid=f"gr-{key}-{number}", incarnation=0, time=time, operation={}))
            for number, time in product((0, 0, 0, 1), (1.0, 2.0))
        ),
    ]


ENTRIES = {key: st.none() | st.sampled_from(_entries(key)) for key in KEYS}


@st.composite
def forks(draw: st.DrawFn) -> tuple[State, State, State]:
    """Return a state, and what two sides made of it; either side leaves most keys alone."""
    before = {key: draw(ENTRIES[key]) for key in KEYS}
    sides = [before]
    for _ in range(2):
        touched = draw(st.sets(st.sampled_from(KEYS), max_size=2))
        sides.append({key: draw(ENTRIES[key]) if key in touched else before[key] for key in KEYS})
    made = [_state(side, draw(st.integers(0, 3))) for side in sides]
    assume(all(_has_own_chats(each) for each in made))
    return made[0], made[1], made[2]


def _state(known: dict[str, tuple[str, object] | None], serial: int) -> State:
    parts: dict[str, dict[str, object]] = {"groups": {}, "intents": {}, "tombstones": {}}
    for key, entry in known.items():
        if entry:
            parts[entry[0]][key] = entry[1]
    return state(**parts, serial=serial)


def _has_own_chats(known: State) -> bool:
    chats = [group.chat_id for group in known.groups.values()]
    return len(chats) == len(set(chats))


def _merged(base: State, ours: State, theirs: State) -> State | None:
    try:
        return merge_states(base, ours, theirs)
    except StateError:
        return None


def _merged_of(base: State, ours: State, theirs: State) -> State:
    """Return what becomes of sides that can be merged; others show nothing here."""
    merged = _merged(base, ours, theirs)
    assume(merged is not None)
    assert merged is not None
    return merged


def _entry(known: State, key: str) -> tuple[object, ...]:
    return known.groups.get(key), known.intents.get(key), known.tombstones.get(key)


@LAW
@given(forks())
def test_who_changed_nothing_gets_what_the_other_has(fork):
    base, changed, _ = fork

    assert merge_states(base, changed, base) == changed
    assert merge_states(base, base, changed) == changed
    assert merge_states(base, changed, changed) == changed


@LAW
@given(forks())
def test_a_key_that_one_side_changed_is_as_that_side_left_it(fork):
    base, ours, theirs = fork
    merged = _merged_of(base, ours, theirs)

    for key in KEYS:
        if _entry(theirs, key) == _entry(base, key):
            assert _entry(merged, key) == _entry(ours, key)
        elif _entry(ours, key) == _entry(base, key):
            assert _entry(merged, key) == _entry(theirs, key)


@LAW
@given(forks())
def test_what_both_know_stays_known_and_no_chat_gets_two_keys(fork):
    base, ours, theirs = fork
    merged = _merged_of(base, ours, theirs)

    for key in KEYS:
        if any(_entry(ours, key)) and any(_entry(theirs, key)):
            assert any(_entry(merged, key))
    assert _has_own_chats(merged)
    assert merged.serial in {ours.serial, theirs.serial}


@LAW
@given(*[st.sampled_from(MEMBERS[:-1])] * 3)
def test_members_whom_either_side_claims_anew_are_claimed_and_those_let_go_are_not(before, left, right):
    base, ours, theirs = (
        state(groups={"a": recorded_group({"members": each})}) for each in (before, left, right)
    )

    members = merge_states(base, ours, theirs).groups["a"].items("members")

    assert set(members or ()) == set(left) & set(right) | set(left) - set(before) | set(right) - set(before)


@LAW
@given(forks())
def test_who_is_who_does_not_depend_on_the_side(fork):
    def bindings(known: State | None) -> object:
        if known is None:
            return None
        chats = {key: group.chat_id for key, group in known.groups.items()}
        gone = {key: (each.group.chat_id, each.abandoned) for key, each in known.tombstones.items()}
        return chats, known.intents, gone

    base, ours, theirs = fork
    assert bindings(_merged(base, ours, theirs)) == bindings(_merged(base, theirs, ours))
