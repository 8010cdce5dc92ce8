from __future__ import annotations

import asyncio

import pytest

from reconciler.apply.recorder import FLUSH_COUNT, FLUSH_SECONDS, Recorder
from reconciler.errors import StateError
from reconciler.model.recorded import Intent, Tombstone
from tests.support.builders import recorded_group, state
from tests.support.house import LoopClock, MemoryStore


def recorder_on(store, known=None):
    return Recorder(known or state(), store, LoopClock())


def intents(*keys):
    return {key: Intent(uuid=f"gr-{key}", incarnation=0, time=0.0, operation=None) for key in keys}


async def test_changes_of_one_second_are_one_write():
    store = MemoryStore()

    with recorder_on(store, state(groups={"known": recorded_group()})) as recorder:
        for number in range(1000):
            recorder.put("known", recorded_group({"name": f"Name {number}"}))
        await asyncio.sleep(FLUSH_SECONDS)

        [saved] = store.saved
        assert saved.groups["known"].values["name"].sent == "Name 999"

    assert len(store.saved) == 1


async def test_chats_are_written_by_twenties():
    store = MemoryStore()

    with recorder_on(store) as recorder:
        for number in range(2 * FLUSH_COUNT + 5):
            recorder.put(f"key-{number}", recorded_group())
            recorder.put(f"key-{number}", recorded_group({"name": "Name"}))

    assert [len(each.groups) for each in store.saved] == [20, 40, 45]


async def test_leaving_writes_what_is_left_and_nothing_more():
    store = MemoryStore()

    with recorder_on(store) as recorder:
        recorder.put("oncall", recorded_group())

    await asyncio.sleep(2 * FLUSH_SECONDS)
    assert len(store.saved) == 1


async def test_nothing_new_is_not_written():
    store = MemoryStore()
    known = state(groups={"oncall": recorded_group()}, app_id="cli_a", tenant_key="t1")

    with recorder_on(store, known) as recorder:
        recorder.put("oncall", recorded_group())
        recorder.bind_tenant("cli_a", "")
        recorder.withdraw("oncall")

    assert store.saved == []


async def test_serial_goes_on_over_all_writes():
    store = MemoryStore()

    with recorder_on(store, state(serial=7)) as recorder:
        recorder.intend(intents("a"))
        recorder.put("a", recorded_group())

    assert [each.serial for each in store.saved] == [8, 9]


async def test_intent_of_an_earlier_run_is_not_withdrawn():
    store = MemoryStore()

    with recorder_on(store, state(intents=intents("old"))) as recorder:
        recorder.intend(intents("new"))
        recorder.withdraw("old")
        recorder.withdraw("new")
        recorder.withdraw("new")

    assert list(store.saved[-1].intents) == ["old"]


async def test_after_a_failed_write_nothing_more_is_written():
    store = MemoryStore(broken_from=1)

    with recorder_on(store) as recorder:
        recorder.intend(intents("a"))
        recorder.put("a", recorded_group())
        await asyncio.sleep(FLUSH_SECONDS)
        assert recorder.failure
        store.broken_from = None
        recorder.put("b", recorded_group())

    assert len(store.saved) == 1


async def test_intents_that_cannot_be_written_are_an_error():
    with recorder_on(MemoryStore(broken_from=0)) as recorder, pytest.raises(StateError):
        recorder.intend(intents("a"))


async def test_group_that_is_gone_leaves_a_tombstone_that_says_so():
    store = MemoryStore()

    with recorder_on(store, state(groups={"oncall": recorded_group()})) as recorder:
        recorder.forget("oncall", gone=True)

    assert store.saved[-1].tombstones["oncall"].abandoned


class TestRenaming:
    async def test_group_is_known_by_its_new_key_only(self):
        store = MemoryStore()

        with recorder_on(store, state(groups={"old": recorded_group()})) as recorder:
            recorder.rename("old", "new")

            assert recorder.holder(recorded_group().chat_id) == "new"

        assert list(store.saved[-1].groups) == ["new"]

    async def test_intent_and_tombstone_go_with_the_group(self):
        store = MemoryStore()
        buried = Tombstone(time=0.0, group=recorded_group())

        with recorder_on(store, state(intents=intents("old"), tombstones={"old": buried})) as recorder:
            recorder.rename("old", "new")

        assert list(store.saved[-1].intents) == ["new"]
        assert store.saved[-1].tombstones == {"new": buried}

    async def test_what_the_new_key_was_before_is_forgotten_for_good(self):
        store = MemoryStore()
        known = state(
            groups={"old": recorded_group()},
            tombstones={"new": Tombstone(time=0.0, group=recorded_group(chat_id="oc_other"))},
        )

        with recorder_on(store, known) as recorder:
            recorder.rename("old", "new")

        assert store.saved[-1].tombstones == {}


async def test_image_keys_are_written_within_a_second():
    store = MemoryStore()

    with recorder_on(store, state(images={"avatar/sha256:a": "img_1"})) as recorder:
        recorder.keep_image("message/sha256:b", "img_2")
        recorder.drop_images(["avatar/sha256:a"])
        await asyncio.sleep(FLUSH_SECONDS)

        assert [saved.images for saved in store.saved] == [{"message/sha256:b": "img_2"}]
