"""What the state remembers, and so what the next plan says of where a change comes from."""

from __future__ import annotations

import pytest

from reconciler.apply.recording import Recording
from reconciler.diff.changes import Origin
from reconciler.model.address import Facet
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import recorded_form
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.outcome import Status
from reconciler.plan.plan import StepAction
from tests.support.builders import additive, desired_group, exact, live_group, menu, recorded_group, tab
from tests.support.house import changed_paths, group_of, problem_in, statuses, step_of
from tests.support.pretend import OTHER


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def values(house, key="oncall"):
    return {path: value.sent for path, value in house.state.groups[key].values.items()}


def names(house, facet):
    return [item["name"] for item in house.state.groups["oncall"].items(facet) or ()]


def origins(plan):
    return {change.path: change.origin for step in plan.steps for change in step.changes}


class TestValues:
    async def test_everything_managed_is_recorded_after_a_create(self, house):
        await house.apply(
            group(
                settings=Settings(
                    name="Group oncall", description="线上", permissions=Permissions(at_all="only_owner")
                ),
                managers=exact("ou_lilei"),
                moderation=Moderation(mode="moderator_list", moderators=exact("ou_kate")),
                members=additive("ou_jim", OTHER),
                tabs=exact(tab("A")),
                menus=exact(menu("M")),
            )
        )

        assert values(house) == {
            "description": recorded_form("description", "线上"),
            "managers": ["ou_lilei"],
            "implied": ["ou_lilei", "ou_kate"],
            "members": ["ou_jim", OTHER],
            "menus": [{"name": "M", "url": {"common": "https://example.com/M"}}],
            "moderation": "moderator_list",
            "moderators": ["ou_kate"],
            "name": "Group oncall",
            "permissions.at_all": "only_owner",
            "tabs": [{"name": "A", "type": "url", "link": "https://example.com/A"}],
        }

    async def test_values_that_live_has_already_are_recorded_without_a_call(self, house):
        await house.apply(group())
        before = len(house.writes())
        told = Settings(name="Group oncall", chat_type="private", permissions=Permissions(edit="all_members"))

        outcome = await house.apply(group(settings=told, tabs=exact(), managers=exact()))

        assert len(house.writes()) == before
        assert group_of(outcome, "oncall").status is Status.UNCHANGED
        assert values(house) == {
            "chat_type": "private",
            "managers": [],
            "name": "Group oncall",
            "permissions.edit": "all_members",
            "tabs": [],
        }

    async def test_value_changed_by_hand_is_drift_afterwards_and_by_configuration_is_config(self, house):
        wanted = group(tabs=exact(tab("A"), tab("B")), menus=exact(menu("M")))
        await house.apply(wanted)
        house.emulator.acts.rename(house.chat_id("oncall"), "Other")
        house.emulator.acts.remove_tab(house.chat_id("oncall"), house.chat("oncall")["tabs"][-1]["tab_id"])

        plan = await house.plan(wanted.model_copy(update={"menus": exact(menu("N"))}))

        assert origins(plan) == {
            "name": Origin.DRIFT,
            "tabs/B": Origin.DRIFT,
            "menus/M": Origin.CONFIG,
            "menus/N": Origin.CONFIG,
        }

    async def test_values_that_are_managed_no_longer_are_dropped(self, house):
        await house.apply(
            group(
                settings=Settings(name="Group oncall", description="线上"),
                managers=exact("ou_lilei"),
                tabs=exact(tab("A")),
            )
        )

        await house.apply(group())

        assert values(house) == {"name": "Group oncall"}

    async def test_step_that_was_not_reached_keeps_what_was_recorded(self, house):
        await house.apply(group(managers=exact("ou_lilei"), tabs=exact(tab("A"))))
        house.refuse("chat_managers_add_managers", 232040)
        wanted = group(managers=exact("ou_lilei", "ou_kate"), tabs=exact(tab("A"), tab("B")))

        outcome = await house.apply(wanted)

        assert statuses(outcome, "oncall")["tabs"] is Status.NOT_STARTED
        assert values(house)["managers"] == ["ou_lilei"]
        assert names(house, "tabs") == ["A"]
        assert set(origins(await house.plan(wanted)).values()) == {Origin.CONFIG}

    async def test_collection_that_was_never_applied_stays_unrecorded_while_its_step_is_not_reached(
        self, house
    ):
        house.refuse("chat_managers_add_managers", 232040)

        await house.apply(group(managers=exact("ou_lilei"), tabs=exact(tab("A"))))

        assert set(values(house)) == {"implied", "name"}

    async def test_thing_that_vanished_and_cannot_come_back_stays_recorded_as_drift(self, house):
        wanted = group(tabs=exact(tab("A"), tab("B")))
        await house.apply(wanted)
        house.emulator.acts.remove_tab(house.chat_id("oncall"), house.chat("oncall")["tabs"][-1]["tab_id"])
        house.refuse("chat_tab_create", 232046)

        await house.apply(wanted)

        assert names(house, "tabs") == ["A", "B"]
        assert origins(await house.plan(wanted)) == {"tabs/B": Origin.DRIFT}

    async def test_facet_that_live_does_not_tell_keeps_what_was_recorded(self, house):
        wanted = group(moderation=Moderation(mode="only_owner"))
        await house.apply(wanted)
        gateway = house.gateway

        class Untold:
            def __getattr__(self, name):
                return getattr(gateway, name)

            async def read_group(self, chat_id, facets):
                live = await gateway.read_group(chat_id, facets)
                return live.model_copy(update={"moderation": None})

        house.gateway = Untold()

        await house.apply(group(moderation=Moderation(mode="all_members")))

        assert values(house)["moderation"] == "only_owner"


class TestAdditive:
    @pytest.mark.parametrize(
        ("facet", "ours", "both"),
        [
            ("managers", additive("ou_lilei"), additive("ou_lilei", "ou_kate")),
            ("tabs", additive(tab("Ours")), additive(tab("Ours"), tab("Theirs"))),
            ("menus", additive(menu("Ours")), additive(menu("Ours"), menu("Theirs"))),
        ],
    )
    async def test_only_what_we_added_is_remembered_and_goes_when_it_leaves_the_list(
        self, house, facet, ours, both
    ):
        await house.apply(group(members=additive("ou_kate")))
        add_by_hand(house, facet)

        await house.apply(group(**{facet: both}))

        assert len(house.state.groups["oncall"].items(facet)) == 1
        emptied = group(**{facet: ours.model_copy(update={"items": ()})})
        await house.apply(emptied)
        assert live_names(house, facet) == (["ou_kate"] if facet == "managers" else ["Theirs"])
        assert house.state.groups["oncall"].items(facet) == []
        assert not (await house.plan(emptied)).has_changes

    @pytest.mark.parametrize(
        ("facet", "items"),
        [
            ("managers", additive("ou_lilei")),
            ("tabs", additive(tab("Ours"))),
            ("menus", additive(menu("Ours"))),
        ],
    )
    async def test_run_without_removals_does_not_forget_what_is_ours(self, house, facet, items):
        await house.apply(group(**{facet: items}))
        emptied = group(**{facet: items.model_copy(update={"items": ()})})

        await house.apply(emptied, removals=False)

        [change] = [each for step in (await house.plan(emptied)).steps for each in step.changes]
        assert change.origin is Origin.CONFIG
        await house.apply(emptied)
        assert live_names(house, facet) == []

    async def test_moderators_of_others_stay(self, house):
        await house.apply(group(members=additive("ou_kate", "ou_lilei")))
        house.emulator.acts.set_moderation(house.chat_id("oncall"), "moderator_list", ["ou_kate"])
        both = Moderation(mode="moderator_list", moderators=additive("ou_kate", "ou_lilei"))
        await house.apply(group(moderation=both))

        await house.apply(group(moderation=Moderation(mode="moderator_list", moderators=additive())))

        assert house.chat("oncall")["moderators"] == ["ou_kate"]

    async def test_members_who_were_there_before_are_not_ours(self, house):
        await house.apply(group())
        house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_kate"])

        await house.apply(group(members=additive("ou_kate", "ou_lilei")))

        assert house.state.groups["oncall"].items("members") == ["ou_lilei"]


def add_by_hand(house, facet):
    chat, acts = house.chat_id("oncall"), house.emulator.acts
    if facet == "managers":
        acts.add_managers(chat, ["ou_kate"])
    elif facet == "tabs":
        acts.add_tab(chat, "url", "Theirs", "https://example.com/Theirs")
    else:
        acts.add_menu(
            chat,
            {
                "name": "Theirs",
                "action_type": "REDIRECT_LINK",
                "redirect_link": {"common_url": "https://example.com/Theirs"},
            },
        )


def live_names(house, facet):
    things = house.chat("oncall")[facet]
    if facet == "managers":
        return things
    if facet == "tabs":
        return [each["tab_name"] for each in things if each.get("tab_name")]
    return [each["chat_menu_item"]["name"] for each in things]


class TestBinding:
    async def test_group_made_by_us_is_remembered_as_ours(self, house):
        await house.apply(group())

        recorded = house.state.groups["oncall"]
        assert recorded.created_by_us
        assert recorded.on_remove == "forget"
        assert house.state.app_id

    async def test_key_that_leaves_is_forgotten_and_its_group_stays_untouched(self, house):
        await house.apply(group(tabs=exact(tab("A"))))
        chat = house.chat("oncall")
        before = len(house.calls())

        plan = await house.plan()
        outcome = await house.perform(plan)

        assert statuses(outcome, "oncall") == {"lifecycle": Status.DONE}
        assert house.calls()[before:] == []
        assert house.emulator.acts.chat(chat["chat_id"]) == chat
        assert house.state.groups == {}
        tombstone = house.state.tombstones["oncall"]
        assert tombstone.group.chat_id == chat["chat_id"]
        assert tombstone.time == pytest.approx(house.clock.now(), abs=60)

    async def test_key_that_comes_back_gets_its_old_chat(self, house):
        await house.apply(group(tabs=additive(tab("A"))))
        chat = house.chat_id("oncall")
        await house.apply()

        plan = await house.plan(group(tabs=additive()))
        await house.perform(plan, group(tabs=additive()))

        assert [step.action for step in plan.steps] == [StepAction.ADOPT, StepAction.UPDATE]
        assert house.chat_id("oncall") == chat
        assert len(house.chats()) == 1
        assert house.state.tombstones == {}
        assert house.state.groups["oncall"].created_by_us
        assert live_names(house, "tabs") == []

    async def test_chat_id_adopts_a_chat_that_exists(self, house):
        await house.apply(group())
        chat = house.chat_id("oncall")
        house.state = house.state.model_copy(update={"groups": {}})
        adopting = group("adopted", chat_id=chat, settings=Settings(name="Adopted"))

        outcome = await house.apply(adopting)

        assert statuses(outcome, "adopted") == {"existence": Status.DONE, "settings": Status.DONE}
        assert house.chat_id("adopted") == chat
        assert not house.state.groups["adopted"].created_by_us
        assert house.chat("adopted")["name"] == "Adopted"
        assert len(house.chats()) == 1

    async def test_chat_of_another_key_is_not_adopted(self, house):
        await house.apply(group())
        other = group("other", chat_id=house.chat_id("oncall"))

        outcome = await house.apply(group(), other)

        assert group_of(outcome, "other").status is Status.UNREADABLE
        assert problem_in(outcome, "other").summary == "Chat is bound to another key"
        assert list(house.state.groups) == ["oncall"]

    async def test_other_chat_than_the_state_says_is_a_conflict(self, house):
        await house.apply(group(), group("other"))
        wrong = group(chat_id=house.chat_id("other"))

        outcome = await house.apply(wrong, group("other"))

        assert problem_in(outcome, "oncall").summary == "Key is bound to another chat"
        assert group_of(outcome, "other").status is Status.UNCHANGED


class TestSources:
    async def test_unchanged_state_is_not_written_again(self, house):
        wanted = group(tabs=exact(tab("A")), managers=exact("ou_lilei"), menus=exact(menu("M")))
        await house.apply(wanted)
        await house.apply(wanted)
        saves = len(house.store.saved)

        await house.apply(wanted)

        assert len(house.store.saved) == saves

    async def test_blocked_facet_keeps_what_was_recorded(self, house):
        await house.apply(group(managers=exact("ou_jim", "ou_kate")))
        house.emulator.acts.transfer(house.chat_id("oncall"), "ou_jim")
        wanted = group(managers=exact("ou_kate", "ou_lilei"))

        outcome = await house.apply(wanted)

        assert step_of(outcome, "oncall/managers").status is Status.BLOCKED
        assert house.state.groups["oncall"].items("managers") == ["ou_kate"]
        assert changed_paths(await house.plan(wanted)) == ["managers/ou_lilei"]

    async def test_owner_is_recorded_while_it_is_us(self, house):
        wanted = group(owner="self")
        await house.apply(wanted)
        recorded = house.state.groups["oncall"].values["owner"]
        house.emulator.acts.add_members(house.chat_id("oncall"), ["ou_jim"])
        house.emulator.acts.transfer(house.chat_id("oncall"), "ou_jim")

        outcome = await house.apply(wanted)

        assert recorded.sent == "self"
        assert step_of(outcome, "oncall/owner").status is Status.BLOCKED
        assert origins(await house.plan(wanted)) == {"owner": Origin.DRIFT}


@pytest.mark.parametrize("facet", [Facet.EXISTENCE, Facet.LIFECYCLE])
def test_that_a_group_exists_is_no_value(facet):
    live = live_group()
    recording = Recording(group(), live, live, recorded_group(), unsettled=frozenset())

    assert recording.values(facet) == {}
