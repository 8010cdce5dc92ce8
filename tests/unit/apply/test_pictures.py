"""Avatars and icons from files: uploaded once, remembered, never compared with a URL; on the emulator."""

from __future__ import annotations

import pytest

from reconciler.emulator import FaultKind
from reconciler.model.menus import Menu, MenuItem, MenuLink
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.outcome import Status
from reconciler.render.counts import count_plan
from tests.support.builders import desired_group, exact
from tests.support.house import changed_paths, group_of, open_house, problem_at, statuses, step_of
from tests.support.pictures import gif, png

PICTURE, OTHER_PICTURE = png(64, 64), png(32, 32)
LINK = "https://grafana.example.com"


def group(key="oncall", **fields):
    return desired_group(key, **{"settings": Settings(name=f"Group {key}"), **fields})


def with_avatar(avatar, key="oncall", **fields):
    return group(key, settings=Settings(name=f"Group {key}", avatar=avatar, **fields))


def with_icons(icon, child=None, **fields):
    return group(
        tabs=exact(Tab(name="Dashboards", type="url", link=LINK, icon=icon)),
        menus=exact(
            Menu(name="升级", url=MenuLink(common=LINK), icon=icon),
            Menu(
                name="排班", children=(MenuItem(name="今天", url=MenuLink(common=LINK), icon=child or icon),)
            ),
        ),
        **fields,
    )


def icons(house, key="oncall"):
    """Return the icon of the tab, of the first menu and of the entry of the second."""
    chat = house.chat(key)
    [tab] = [tab for tab in chat["tabs"] if tab["tab_type"] == "url"]
    first, second = chat["menus"]
    return (
        tab["tab_config"].get("icon_key"),
        first["chat_menu_item"].get("image_key"),
        second["children"][0]["chat_menu_item"].get("image_key"),
    )


class TestAvatar:
    async def test_new_group_is_created_with_it(self, house):
        outcome = await house.apply(with_avatar(house.picture(PICTURE)))

        assert statuses(outcome, "oncall") == {"existence": Status.DONE}
        assert house.writes() == ["im_image_create", "chat_create"]
        assert [house.chat("oncall")["avatar"]] == list(house.state.images.values())

    async def test_existing_group_gets_it_with_everything_else_that_differs(self, house):
        await house.apply(group())
        before = len(house.writes())

        await house.apply(with_avatar(house.picture(PICTURE), description="线上值班"))

        assert house.writes()[before:] == ["im_image_create", "chat_update"]
        assert house.chat("oncall")["avatar"] in house.state.images.values()
        assert house.chat("oncall")["description"] == "线上值班"

    async def test_plan_afterwards_is_empty(self, house):
        wanted = with_avatar(house.picture(PICTURE))
        await house.apply(wanted)

        assert not (await house.plan(wanted)).has_changes

    async def test_what_people_do_with_it_is_not_seen(self, house):
        wanted = with_avatar(house.picture(PICTURE))
        await house.apply(wanted)
        house.emulator.acts.change(house.chat_id("oncall"), avatar="img_ours")

        assert not (await house.plan(wanted)).has_changes

    async def test_changed_file_is_a_change_of_the_configuration(self, house):
        await house.apply(with_avatar(house.picture(PICTURE)))
        old = house.chat("oncall")["avatar"]

        plan = await house.plan(with_avatar(house.picture(OTHER_PICTURE)))

        [change] = plan.steps[0].changes
        assert (change.path, change.before, change.origin) == ("avatar", old, "config")
        assert change.after == house.picture(OTHER_PICTURE)
        assert not plan.has_drift

    async def test_file_is_uploaded_once_for_many_groups(self, house):
        picture = house.picture(PICTURE)
        groups = [with_avatar(picture, f"g{number}") for number in range(5)]

        plan = await house.plan(*groups)
        await house.perform(plan, *groups)

        assert plan.totals.calls == {"create_chat": 5, "upload_image": 1}
        assert count_plan(plan).calls == 6
        assert house.written()["im_image_create"] == 1
        assert len({house.chat(each.key)["avatar"] for each in groups}) == 1

    async def test_known_file_is_not_uploaded_again_for_another_group(self, house):
        picture = house.picture(PICTURE)
        await house.apply(with_avatar(picture))

        await house.apply(with_avatar(picture), with_avatar(picture, "later"))

        assert house.written()["im_image_create"] == 1
        assert house.chat("later")["avatar"] == house.chat("oncall")["avatar"]

    async def test_key_of_a_file_that_nothing_names_is_forgotten(self, house):
        await house.apply(with_avatar(house.picture(PICTURE)))
        house.pictures.clear()

        await house.apply(with_avatar(house.picture(OTHER_PICTURE)))

        assert [*house.state.images] == [f"avatar/{house.picture(OTHER_PICTURE)}"]

    async def test_adopted_group_gets_it(self, house):
        await house.apply(group("first"))
        chat = house.chat_id("first")
        house.state = house.state.model_copy(update={"groups": {}})

        outcome = await house.apply(
            desired_group("adopted", chat_id=chat, settings=Settings(avatar=house.picture(PICTURE)))
        )

        assert step_of(outcome, "adopted/settings").status is Status.DONE
        assert house.chat("adopted")["avatar"] in house.state.images.values()

    async def test_image_key_is_taken_as_it_is(self, house):
        await house.apply(group())

        await house.apply(with_avatar("img_ours"))

        assert house.chat("oncall")["avatar"] == "img_ours"
        assert house.written()["im_image_create"] == 0

    async def test_repeated_create_leaves_it_to_the_settings(self, house):
        wanted = with_avatar(house.picture(PICTURE))
        house.fault(FaultKind.DROP, "chat_create", done=True, count=5)
        await house.apply(wanted)

        outcome = await house.apply(wanted)

        assert statuses(outcome, "oncall") == {"existence": Status.DONE, "settings": Status.DONE}
        assert house.written()["im_image_create"] == 1
        assert house.chat("oncall")["avatar"] in house.state.images.values()
        assert not (await house.plan(wanted)).has_changes


class TestRefusedAvatar:
    @pytest.mark.parametrize("code", ["232001", "232021"])
    async def test_key_of_another_app_does_not_keep_a_group_from_being_created(self, code):
        async with open_house(readings=f"bad_avatar_at_create: '{code}'") as house:
            outcome = await house.apply(with_avatar("img_theirs"))

            problem = problem_at(outcome, "oncall/existence")
            assert (problem.summary, problem.platform.code) == ("Avatar refused", int(code))
            assert house.chat("oncall")["name"] == "Group oncall"

    async def test_key_of_another_app_does_not_keep_other_settings_from_being_written(self, house):
        await house.apply(group())

        outcome = await house.apply(with_avatar("img_theirs", description="线上值班"))

        problem = problem_at(outcome, "oncall/settings")
        assert (problem.summary, problem.platform.code) == ("Avatar refused", 232041)
        assert house.chat("oncall")["description"] == "线上值班"
        assert changed_paths(await house.plan(with_avatar("img_theirs", description="线上值班"))) == [
            "avatar"
        ]

    async def test_upload_does_not_keep_other_settings_from_being_written(self, house):
        await house.apply(group())

        outcome = await house.apply(with_avatar(house.picture(gif(2001, 1)), description="线上值班"))

        problem = problem_at(outcome, "oncall/settings")
        assert (problem.summary, problem.platform.code) == ("Picture has too many pixels", 234039)
        assert house.chat("oncall")["description"] == "线上值班"
        assert not house.state.images

    async def test_nothing_is_written_when_only_the_avatar_differs_and_cannot_be_uploaded(self, house):
        await house.apply(group())
        before = len(house.writes())

        await house.apply(with_avatar(house.picture(gif(2001, 1))))

        assert house.writes()[before:] == ["im_image_create"]

    async def test_file_that_changed_since_the_plan_is_told(self, house):
        await house.apply(group())
        wanted = with_avatar(house.picture(PICTURE))
        plan = await house.plan(wanted)
        house.pictures.clear()

        outcome = await house.perform(plan, wanted)

        assert problem_at(outcome, "oncall/settings").summary == "Picture changed meanwhile"

    async def test_key_that_the_platform_takes_no_more_is_uploaded_anew(self, house):
        picture = house.picture(PICTURE)
        await house.apply(with_avatar(picture))
        await house.apply(with_avatar(picture), group("later"))
        house.refuse("chat_update", 232041)

        refused = await house.apply(with_avatar(picture), with_avatar(picture, "later"))
        done = await house.apply(with_avatar(picture), with_avatar(picture, "later"))

        assert problem_at(refused, "later/settings").summary == "Avatar refused"
        assert group_of(done, "later").status is Status.DONE
        assert house.written()["im_image_create"] == 2

    async def test_missing_scope_is_told_and_the_rest_is_written(self, house):
        await house.apply(group())
        house.refuse("im_image_create", 99991672)

        outcome = await house.apply(with_avatar(house.picture(PICTURE), description="线上值班"))

        assert problem_at(outcome, "oncall/settings").summary == "App lacks a scope"
        assert house.chat("oncall")["description"] == "线上值班"


class TestIcons:
    async def test_tabs_and_menus_share_an_upload(self, house):
        outcome = await house.apply(with_icons(house.picture(PICTURE)))

        [key] = house.state.images.values()
        assert group_of(outcome, "oncall").status is Status.DONE
        assert icons(house) == (key, key, key)
        assert house.written()["im_image_create"] == 1

    async def test_plan_afterwards_is_empty(self, house):
        wanted = with_icons(house.picture(PICTURE))
        await house.apply(wanted)

        assert not (await house.plan(wanted)).has_changes

    async def test_avatar_and_icon_of_one_file_are_two_uploads(self, house):
        picture = house.picture(PICTURE)

        await house.apply(with_icons(picture, settings=Settings(name="值班", avatar=picture)))

        assert sorted(house.state.images) == [f"avatar/{picture}", f"message/{picture}"]
        assert house.written()["im_image_create"] == 2

    async def test_icon_that_somebody_changed_is_drift_and_needs_no_upload(self, house):
        wanted = with_icons(house.picture(PICTURE))
        await house.apply(wanted)
        [key] = house.state.images.values()
        [menu, _] = house.chat("oncall")["menus"]
        menu_id = menu["chat_menu_top_level_id"]
        house.emulator.acts.change_menu(house.chat_id("oncall"), menu_id, {"image_key": "img_ours"})

        plan = await house.plan(wanted)
        await house.perform(plan, wanted)

        assert plan.has_drift
        assert plan.totals.calls == {"patch_menu_item": 1}
        assert icons(house)[1] == key

    async def test_changed_file_is_written_in_place(self, house):
        await house.apply(with_icons(house.picture(PICTURE)))
        before = len(house.writes())

        await house.apply(with_icons(house.picture(PICTURE), child=house.picture(OTHER_PICTURE)))

        assert house.writes()[before:] == ["im_image_create", "chat_menu_item_patch"]
        assert icons(house)[2] == house.state.images[f"message/{house.picture(OTHER_PICTURE)}"]

    async def test_refused_upload_fails_the_step_before_anything_is_written(self, house):
        outcome = await house.apply(with_icons(house.picture(gif(2001, 1))))

        assert problem_at(outcome, "oncall/tabs").summary == "Picture has too many pixels"
        assert house.written()["chat_tab_create"] == 0

    async def test_image_key_of_another_app_is_refused(self, house):
        outcome = await house.apply(with_icons("img_theirs"))

        problem = problem_at(outcome, "oncall/tabs")
        assert (problem.summary, problem.platform.code) == ("Icon refused", 232056)


class TestLostAnswers:
    async def test_upload_is_repeated(self, house):
        house.fault(FaultKind.DROP, "im_image_create", done=True)

        outcome = await house.apply(with_avatar(house.picture(PICTURE)))

        assert group_of(outcome, "oncall").status is Status.DONE
        assert house.written()["im_image_create"] == 2

    async def test_key_is_remembered_although_the_update_was_lost(self, house):
        await house.apply(group())
        house.fault(FaultKind.DROP, "chat_update", count=None)
        wanted = with_avatar(house.picture(PICTURE))
        failed = await house.apply(wanted)
        house.emulator.faults.clear()

        done = await house.apply(wanted)

        assert group_of(failed, "oncall").status is Status.FAILED
        assert group_of(done, "oncall").status is Status.DONE
        assert house.written()["im_image_create"] == 1

    async def test_group_is_created_although_no_upload_was_answered(self, house):
        house.fault(FaultKind.DROP, "im_image_create", count=5)
        wanted = with_avatar(house.picture(PICTURE))

        first = await house.apply(wanted)
        second = await house.apply(wanted)

        assert problem_at(first, "oncall/existence").summary == "No answer from the platform"
        assert statuses(second, "oncall") == {"settings": Status.DONE}
        assert len(house.chats()) == 1

    async def test_create_that_was_refused_after_an_unanswered_upload_leaves_nothing_begun(self, house):
        house.fault(FaultKind.DROP, "im_image_create", count=5)
        house.refuse("chat_create", 232023)

        await house.apply(with_avatar(house.picture(PICTURE)))

        assert house.state.intents == {}

    async def test_tabs_are_read_again_when_no_upload_was_answered(self, house):
        house.fault(FaultKind.DROP, "im_image_create", count=5)

        outcome = await house.apply(with_icons(house.picture(PICTURE)))

        assert group_of(outcome, "oncall").status is Status.DONE
        assert icons(house)[0] in house.state.images.values()

    async def test_app_without_a_bot_stops_the_run(self, house):
        house.refuse("im_image_create", 234007)

        outcome = await house.apply(with_avatar(house.picture(PICTURE)))

        assert outcome.stopped.summary == "Bot ability is off"
        assert house.chats() == []
        assert house.state.intents == {}
