"""The gateway: live groups come out, operations go in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconciler.errors import OutsideGroup, Refused, RunRefused
from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, Menu, MenuItem, MenuLink
from reconciler.model.moderation import LiveModeration
from reconciler.model.settings import Permissions, Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.answers import Answer, ListedChat, OurBot, ShareLink
from reconciler.plan.operations import (
    AddManagers,
    AddMembers,
    BindChat,
    CreateChat,
    CreateMenus,
    CreateTabs,
    DeleteMenus,
    DeleteTabs,
    DeleteTopNotice,
    ForgetGroup,
    MenuRef,
    PatchMenuItem,
    PutTopNotice,
    RemoveManagers,
    SetModeration,
    SortMenus,
    SortTabs,
    TabRef,
    TabUpdate,
    UpdateChat,
    UpdateTabs,
    UploadImage,
)
from tests.support.scripted_platform import ok, refused

OURS = "cli_a10fbf7e94b8d01d"
CHAT = "oc_1"
PATH = f"/open-apis/im/v1/chats/{CHAT}"
GET = f"GET {PATH}"
FULL = {
    "chat_mode": "group",
    "name": "值班",
    "chat_type": "private",
    "user_count": "2",
    "chat_status": "normal",
}
ALL = tuple(Facet)


def tab(tab_id: str, tab_type: str = "url", link: str = "") -> dict[str, Any]:
    return {"tab_id": tab_id, "tab_type": tab_type, "tab_name": tab_id, "tab_content": {tab_type: link}}


def menu(menu_id: str, name: str) -> dict[str, Any]:
    return {"chat_menu_top_level_id": menu_id, "chat_menu_item": {"action_type": "NONE", "name": name}}


def tree(*menus: dict[str, Any]) -> dict[str, Any]:
    return {"menu_tree": {"chat_menu_top_levels": list(menus)}}


class TestReadGroup:
    async def test_one_call_tells_settings_owner_managers_and_counts(self, gateway, platform):
        platform.on(
            GET,
            ok(
                FULL
                | {
                    "owner_id": "ou_1",
                    "user_manager_id_list": ["ou_2"],
                    "bot_manager_id_list": ["cli_2", OURS],
                    "tenant_key": "t",
                    "external": True,
                    "edit_permission": "only_owner",
                }
            ),
        )

        group = await gateway.read_group(CHAT, [Facet.SETTINGS, Facet.MANAGERS])

        assert group == LiveGroup(
            chat_id=CHAT,
            external=True,
            tenant_key="t",
            settings=Settings(
                name="值班", description="", chat_type="private", permissions=Permissions(edit="only_owner")
            ),
            owner="ou_1",
            managers=frozenset({"ou_2", "cli_2", "self"}),
            user_count=2,
        )
        assert len(platform.calls) == 1

    @pytest.mark.parametrize("owner", [{}, {"owner_id": ""}, {"owner_id": None}, {"owner_id": "cli_2"}])
    async def test_bot_as_owner_is_nobody(self, gateway, platform, owner):
        platform.on(GET, ok(FULL | owner))

        assert (await gateway.read_group(CHAT, [])).owner is None

    @pytest.mark.parametrize("lists", [{}, {"user_manager_id_list": None}, {"user_manager_id_list": []}])
    async def test_absent_null_and_empty_managers_are_the_same_in_a_full_view(self, gateway, platform, lists):
        """Source: wire-behaviour 6.13."""
        platform.on(GET, ok(FULL | lists))

        assert (await gateway.read_group(CHAT, [])).managers == frozenset()

    async def test_reduced_view_tells_the_name_and_is_not_read_on(self, gateway, platform):
        """Its absent fields are no facts. Source: chats.openapi.yaml, chat_get `x-rules`."""
        platform.on(GET, ok({"name": "值班", "user_count": "7", "bot_count": "1", "chat_status": "normal"}))

        group = await gateway.read_group(CHAT, ALL)

        assert group == LiveGroup(
            chat_id=CHAT, full=False, mode=None, settings=Settings(name="值班"), user_count=7
        )
        assert len(platform.calls) == 1

    @pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
    async def test_dissolved_group_is_not_read_on(self, gateway, platform, status):
        platform.on(GET, ok(FULL | {"chat_status": status}))

        assert (await gateway.read_group(CHAT, ALL)).status == status
        assert len(platform.calls) == 1

    @pytest.mark.parametrize(("mode", "known"), [("topic", "topic"), ("p2p", "p2p"), ("board", None)])
    async def test_other_kind_of_chat_is_not_read_on(self, gateway, platform, mode, known):
        platform.on(GET, ok(FULL | {"chat_mode": mode}))

        group = await gateway.read_group(CHAT, ALL)

        assert (group.full, group.mode) == (True, known)
        assert len(platform.calls) == 1

    async def test_further_reads_run_at_the_same_time(self, gateway, platform):
        platform.latency = 1.0
        platform.on(GET, ok(FULL | {"moderation_permission": "moderator_list"}))
        platform.on(
            f"GET /open-apis/docx/v1/chats/{CHAT}/announcement",
            ok({"revision_id": 1, "announcement_type": "docx"}),
        )
        await gateway.read_group(CHAT, ALL)

        times = [round(each.time - platform.calls[0].time) for each in platform.calls]

        # The blocks of the announcement follow on its kind.
        assert times == [0, 1, 1, 1, 1, 1, 2]

    async def test_failure_of_one_read_is_raised_as_it_is(self, gateway, platform):
        platform.on(GET, ok(FULL))
        platform.on(f"GET {PATH}/chat_tabs/list_tabs", refused(232011))

        with pytest.raises(OutsideGroup):
            await gateway.read_group(CHAT, ALL)

    async def test_refused_credentials_are_raised_as_they_are(self, gateway, platform):
        platform.on("*", refused(232034))

        with pytest.raises(RunRefused):
            await gateway.read_group(CHAT, ALL)


class TestMembers:
    MEMBERS = f"GET {PATH}/members"

    async def members(self, gateway, platform, *pages) -> LiveMembers:
        platform.on(GET, ok(FULL))
        platform.on(self.MEMBERS, *(ok(page) for page in pages))
        members: LiveMembers = (await gateway.read_group(CHAT, [Facet.MEMBERS])).members
        return members

    async def test_all_pages_are_read(self, gateway, platform):
        pages = [
            {"items": [{"member_id": "ou_1"}], "has_more": True, "page_token": "a", "member_total": 2},
            {"items": [{"member_id": "ou_2"}], "has_more": False, "member_total": 2},
        ]

        members = await self.members(gateway, platform, *pages)

        assert members == LiveMembers(users=frozenset({"ou_1", "ou_2"}), complete=True)

    @pytest.mark.parametrize(
        "page",
        [
            pytest.param(
                {"member_total": 1, "trigger_security_conf_limit": True}, id="cut by a security setting"
            ),
            pytest.param({"member_total": 2}, id="shorter than announced"),
        ],
    )
    async def test_list_that_lacks_people_is_incomplete(self, gateway, platform, page):
        members = await self.members(gateway, platform, {"items": [{"member_id": "ou_1"}], **page})

        assert members == LiveMembers(users=frozenset({"ou_1"}), complete=False)

    async def test_person_without_id_makes_the_list_incomplete(self, gateway, platform):
        members = await self.members(gateway, platform, {"items": [{"name": "x"}], "member_total": 1})

        assert members == LiveMembers(users=frozenset(), complete=False)


class TestModeration:
    MODERATION = f"GET {PATH}/moderation"

    @pytest.mark.parametrize(
        ("told", "moderation"),
        [
            ({"moderation_permission": "only_owner"}, LiveModeration(mode="only_owner")),
            ({"moderation_permission": "all_members"}, LiveModeration(mode="all_members")),
            ({}, None),
            ({"moderation_permission": "vote"}, None),
        ],
    )
    async def test_list_is_not_read_in_other_modes(self, gateway, platform, told, moderation):
        platform.on(GET, ok(FULL | told))

        assert (await gateway.read_group(CHAT, [Facet.MODERATION])).moderation == moderation
        assert len(platform.calls) == 1

    async def test_list_is_read_when_the_mode_is_moderator_list(self, gateway, platform):
        platform.on(GET, ok(FULL | {"moderation_permission": "moderator_list"}))
        platform.on(
            self.MODERATION,
            ok({"items": [{"user_id": "ou_1"}], "has_more": True, "page_token": "a"}),
            ok({"moderation_setting": "moderator_list", "items": [{"user_id": "ou_2"}], "has_more": False}),
        )

        moderation = (await gateway.read_group(CHAT, [Facet.MODERATION])).moderation

        assert moderation == LiveModeration(mode="moderator_list", moderators=frozenset({"ou_1", "ou_2"}))

    async def test_mode_that_comes_with_the_list_counts(self, gateway, platform):
        platform.on(GET, ok(FULL | {"moderation_permission": "moderator_list"}))
        platform.on(self.MODERATION, ok({"moderation_setting": "all_members"}))

        moderation = (await gateway.read_group(CHAT, [Facet.MODERATION])).moderation

        assert moderation == LiveModeration(mode="all_members", moderators=frozenset())

    async def test_moderation_that_is_not_asked_for_is_not_told(self, gateway, platform):
        platform.on(GET, ok(FULL | {"moderation_permission": "moderator_list"}))

        assert (await gateway.read_group(CHAT, [Facet.SETTINGS])).moderation is None


class TestTabsAndMenus:
    async def test_they_are_read_in_display_order(self, gateway, platform):
        platform.on(GET, ok(FULL))
        platform.on(
            f"GET {PATH}/chat_tabs/list_tabs",
            ok({"chat_tabs": [tab("2", "message"), tab("1", link="https://a")]}),
        )
        platform.on(f"GET {PATH}/menu_tree", ok(tree(menu("9", "应急"), menu("8", "排班"))))

        group = await gateway.read_group(CHAT, [Facet.TABS, Facet.MENUS])

        assert group.tabs == (
            LiveTab(id="2", type="message", name="2"),
            LiveTab(id="1", type="url", name="1", link="https://a"),
        )
        assert group.menus == (LiveMenu(id="9", name="应急"), LiveMenu(id="8", name="排班"))

    async def test_absent_lists_are_empty_when_read(self, gateway, platform):
        platform.on(GET, ok(FULL))

        group = await gateway.read_group(CHAT, [Facet.TABS, Facet.MENUS])

        assert (group.tabs, group.menus) == ((), ())


async def test_listed_chats_are_told_with_their_owner_and_status(gateway, platform):
    platform.on(
        "*",
        ok(
            {
                "items": [
                    {"chat_id": "oc_1", "name": "值班", "owner_id": "ou_1", "external": True},
                    {"chat_id": "oc_2", "name": "(无主题)", "chat_status": "dissolved_save"},
                ]
            }
        ),
    )

    assert await gateway.list_chats() == (
        ListedChat("oc_1", "值班", "ou_1", external=True, status="normal"),
        ListedChat("oc_2", None, None, external=False, status="dissolved_save"),
    )


class TestPerform:
    """Every operation is at most one call, and its answer tells what the platform told."""

    async def perform(self, gateway, platform, operation, *replies) -> tuple[Answer, str, object]:
        platform.on("*", *replies)
        answer = await gateway.perform(operation, CHAT)
        assert len(platform.calls) == 1
        return answer, platform.calls[0].line, platform.calls[0].body

    async def test_create_chat_tells_id_and_settings(self, gateway, platform):
        operation = CreateChat(
            settings=Settings(name="值班", permissions=Permissions(at_all="only_owner")),
            users=("ou_1",),
            bots=("cli_2",),
            uuid="gr-1",
        )

        answer, line, body = await self.perform(
            gateway, platform, operation, ok({"chat_id": CHAT, "name": "值班"})
        )

        assert answer == Answer(chat_id=CHAT, settings=Settings(name="值班", description=""))
        assert line == "POST /open-apis/im/v1/chats"
        assert body == {"name": "值班", "user_id_list": ["ou_1"], "bot_id_list": ["cli_2"]}
        assert platform.calls[0].query["uuid"] == "gr-1"

    async def test_update_chat_sends_settings(self, gateway, platform):
        operation = UpdateChat(settings=Settings(name="值班"))

        assert await self.perform(gateway, platform, operation) == (Answer(), f"PUT {PATH}", {"name": "值班"})

    async def test_add_members_tells_who_did_not_come_in(self, gateway, platform):
        data = {
            "invalid_id_list": ["ou_1"],
            "not_existed_id_list": ["ou_2"],
            "pending_approval_id_list": ["ou_3"],
        }

        answer, line, body = await self.perform(
            gateway, platform, AddMembers(ids=("ou_1", "ou_2", "ou_3")), ok(data)
        )

        assert answer == Answer(invalid=("ou_1",), not_existed=("ou_2",), pending=("ou_3",))
        assert (line, body) == (f"POST {PATH}/members", {"id_list": ["ou_1", "ou_2", "ou_3"]})
        assert platform.calls[0].query["member_id_type"] == "open_id"

    async def test_bots_are_added_by_app_id(self, gateway, platform):
        await self.perform(gateway, platform, AddMembers(ids=("cli_2",)))

        assert platform.calls[0].query["member_id_type"] == "app_id"

    @pytest.mark.parametrize(
        ("operation", "action"), [(AddManagers, "add_managers"), (RemoveManagers, "delete_managers")]
    )
    async def test_managers_are_told_with_our_app_as_self(self, gateway, platform, operation, action):
        data = {"chat_managers": ["ou_1"], "chat_bot_managers": [OURS]}

        answer, line, body = await self.perform(gateway, platform, operation(ids=("self",)), ok(data))

        assert answer == Answer(managers=frozenset({"ou_1", "self"}))
        assert (line, body) == (f"POST {PATH}/managers/{action}", {"manager_ids": [OURS]})
        assert platform.calls[0].query == {"member_id_type": "app_id"}

    @pytest.mark.parametrize("operation", [AddManagers, RemoveManagers])
    async def test_success_without_list_tells_no_managers(self, gateway, platform, operation):
        """232039 is success. Source: members.openapi.yaml, chat_managers_add_managers `x-rules`."""
        answer, _, _ = await self.perform(gateway, platform, operation(ids=("ou_1",)), refused(232039))

        assert answer == Answer(managers=None)

    async def test_set_moderation_sends_mode_and_changes(self, gateway, platform):
        operation = SetModeration(mode="moderator_list", add=("ou_1",), remove=("ou_2",))

        assert await self.perform(gateway, platform, operation) == (
            Answer(),
            f"PUT {PATH}/moderation",
            {
                "moderation_setting": "moderator_list",
                "moderator_added_list": ["ou_1"],
                "moderator_removed_list": ["ou_2"],
            },
        )

    @pytest.mark.parametrize(
        ("operation", "line", "body"),
        [
            pytest.param(
                DeleteTabs(ids=("1",)),
                f"DELETE {PATH}/chat_tabs/delete_tabs",
                {"tab_ids": ["1"]},
                id="delete",
            ),
            pytest.param(
                UpdateTabs(tabs=(TabUpdate(id="1", tab=Tab(name="x", type="url", link="https://a")),)),
                f"POST {PATH}/chat_tabs/update_tabs",
                {
                    "chat_tabs": [
                        {
                            "tab_id": "1",
                            "tab_name": "x",
                            "tab_type": "url",
                            "tab_content": {"url": "https://a"},
                        }
                    ]
                },
                id="update",
            ),
            pytest.param(
                CreateTabs(tabs=(Tab(name="x", type="url", link="https://a"),)),
                f"POST {PATH}/chat_tabs",
                {"chat_tabs": [{"tab_name": "x", "tab_type": "url", "tab_content": {"url": "https://a"}}]},
                id="create",
            ),
            pytest.param(
                SortTabs(order=(TabRef(id="1"), TabRef(id="2"))),
                f"POST {PATH}/chat_tabs/sort_tabs",
                {"tab_ids": ["1", "2"]},
                id="sort",
            ),
        ],
    )
    async def test_writes_of_tabs_tell_all_tabs(self, gateway, platform, operation, line, body):
        answer = await self.perform(
            gateway, platform, operation, ok({"chat_tabs": [tab("1", link="https://a")]})
        )

        assert answer == (Answer(tabs=(LiveTab(id="1", type="url", name="1", link="https://a"),)), line, body)

    @pytest.mark.parametrize(
        ("operation", "line", "body"),
        [
            pytest.param(
                DeleteMenus(ids=("1",)),
                f"DELETE {PATH}/menu_tree",
                {"chat_menu_top_level_ids": ["1"]},
                id="delete",
            ),
            pytest.param(
                CreateMenus(menus=(Menu(name="x"),)),
                f"POST {PATH}/menu_tree",
                {
                    "menu_tree": {
                        "chat_menu_top_levels": [{"chat_menu_item": {"action_type": "NONE", "name": "x"}}]
                    }
                },
                id="create",
            ),
            pytest.param(
                SortMenus(order=(MenuRef(id="1"), MenuRef(id="2"))),
                f"POST {PATH}/menu_tree/sort",
                {"chat_menu_top_level_ids": ["1", "2"]},
                id="sort",
            ),
        ],
    )
    async def test_writes_of_menus_tell_the_whole_menu(self, gateway, platform, operation, line, body):
        answer = await self.perform(gateway, platform, operation, ok(tree(menu("1", "x"))))

        assert answer == (Answer(menus=(LiveMenu(id="1", name="x"),)), line, body)

    @pytest.mark.parametrize(
        "operation",
        [DeleteTabs(ids=("1",)), CreateTabs(tabs=()), DeleteMenus(ids=("1",)), CreateMenus(menus=())],
    )
    async def test_write_whose_answer_lacks_the_list_tells_nothing(self, gateway, platform, operation):
        answer, _, _ = await self.perform(gateway, platform, operation)

        assert answer == Answer()

    async def test_patch_sends_the_named_fields_of_one_entry(self, gateway, platform):
        item = MenuItem(name="x", url=MenuLink(common="https://a"))

        assert await self.perform(gateway, platform, PatchMenuItem(id="7", fields=("NAME",), item=item)) == (
            Answer(),
            f"PATCH {PATH}/menu_items/7",
            {"update_fields": ["NAME"], "chat_menu_item": {"name": "x"}},
        )

    @pytest.mark.parametrize("operation", [BindChat(chat_id=CHAT), ForgetGroup()])
    async def test_operations_without_call_never_come_here(self, gateway, platform, operation):
        with pytest.raises(ValueError, match="changes the state only"):
            await gateway.perform(operation, CHAT)

        assert platform.seen == []


class TestSortOfWhatWasJustCreated:
    """Take ids from the last answer; do not list again. Source: tabs.openapi.yaml, `x-convergence`."""

    ORDER = (TabRef(id="m"), TabRef(type="url", link="https://b"), TabRef(id="1"))
    TABS = {"chat_tabs": [tab("m", "message"), tab("1", link="https://b"), tab("2", link="https://b")]}
    MENU_ORDER = (MenuRef(name="b"), MenuRef(id="1"))

    async def test_tabs_take_their_ids_from_the_answer_of_the_create(self, gateway, platform):
        platform.on(f"POST {PATH}/chat_tabs", ok(self.TABS))
        await gateway.perform(CreateTabs(tabs=(Tab(name="2", type="url", link="https://b"),)), CHAT)

        await gateway.perform(SortTabs(order=self.ORDER), CHAT)

        assert len(platform.calls) == 2
        assert platform.calls[1].body == {"tab_ids": ["m", "2", "1"]}

    async def test_tabs_are_listed_when_no_create_went_before(self, gateway, platform):
        platform.on(f"GET {PATH}/chat_tabs/list_tabs", ok(self.TABS))

        await gateway.perform(SortTabs(order=self.ORDER), CHAT)

        assert platform.calls[1].body == {"tab_ids": ["m", "2", "1"]}

    async def test_answer_of_a_create_serves_one_sort_only(self, gateway, platform):
        platform.on(f"POST {PATH}/chat_tabs", ok(self.TABS))
        platform.on(f"GET {PATH}/chat_tabs/list_tabs", ok(self.TABS))
        await gateway.perform(CreateTabs(tabs=(Tab(name="2", type="url", link="https://b"),)), CHAT)
        await gateway.perform(SortTabs(order=self.ORDER), CHAT)

        await gateway.perform(SortTabs(order=self.ORDER), CHAT)

        assert [each.line.partition(" ")[0] for each in platform.calls] == ["POST", "POST", "GET", "POST"]

    async def test_groups_do_not_mix(self, gateway, platform):
        platform.on(f"POST {PATH}/chat_tabs", ok(self.TABS))
        await gateway.perform(CreateTabs(tabs=(Tab(name="2", type="url", link="https://b"),)), CHAT)

        with pytest.raises(Refused):
            await gateway.perform(SortTabs(order=self.ORDER), "oc_2")

    async def test_menus_take_their_ids_from_the_answer_of_the_create(self, gateway, platform):
        platform.on(f"POST {PATH}/menu_tree", ok(tree(menu("1", "b"), menu("2", "b"))))
        await gateway.perform(CreateMenus(menus=(Menu(name="b"),)), CHAT)

        await gateway.perform(SortMenus(order=self.MENU_ORDER), CHAT)

        assert len(platform.calls) == 2
        assert platform.calls[1].body == {"chat_menu_top_level_ids": ["2", "1"]}

    async def test_menus_are_read_when_no_create_went_before(self, gateway, platform):
        platform.on(f"GET {PATH}/menu_tree", ok(tree(menu("1", "a"), menu("2", "b"))))

        await gateway.perform(SortMenus(order=self.MENU_ORDER), CHAT)

        assert platform.calls[1].body == {"chat_menu_top_level_ids": ["2", "1"]}

    async def test_thing_that_is_not_there_is_told_and_nothing_is_sorted(self, gateway, platform):
        with pytest.raises(Refused) as caught:
            await gateway.perform(SortTabs(order=self.ORDER), CHAT)

        assert caught.value.diagnostic.summary == "Order cannot be set"
        assert "1 of 3 things" in caught.value.diagnostic.detail
        assert [each.line for each in platform.calls] == [f"GET {PATH}/chat_tabs/list_tabs"]


async def test_groups_are_read_in_parallel_at_the_speed_of_the_quota(gateway, platform):
    """51 groups take one window of a second. Source: platform.openapi.yaml, tier 4."""
    platform.latency = 0.1

    await asyncio.gather(*(gateway.read_group(f"oc_{index}", []) for index in range(51)))

    assert platform.calls[-1].time - platform.calls[0].time == pytest.approx(1.05, abs=0.01)
    assert gateway.counts.calls["chat_get"] == 51


class TestPictures:
    UPLOAD = UploadImage(purpose="avatar", digest="sha256:aa")

    async def test_content_of_the_file_is_uploaded_for_its_purpose(self, gateway, platform):
        gateway._pictures = {"sha256:aa": b"picture"}.get
        platform.on("POST /open-apis/im/v1/images", ok({"image_key": "img_1"}))

        answer = await gateway.perform(self.UPLOAD, CHAT)

        assert answer.image == "img_1"
        assert platform.calls[0].form == {"image_type": "avatar", "image": "picture"}

    async def test_picture_that_no_file_holds_is_refused_without_a_call(self, gateway, platform):
        with pytest.raises(Refused) as caught:
            await gateway.perform(self.UPLOAD, CHAT)

        assert caught.value.diagnostic.summary == "Picture changed meanwhile"
        assert platform.calls == []


class TestTopNotice:
    @pytest.mark.parametrize(
        ("operation", "call", "body"),
        [
            (PutTopNotice(), "put_top_notice", {"chat_top_notice": [{"action_type": "2"}]}),
            (DeleteTopNotice(), "delete_top_notice", None),
        ],
    )
    async def test_announcement_is_put_or_whatever_is_there_taken_away(
        self, gateway, platform, operation, call, body
    ):
        await gateway.perform(operation, CHAT)

        assert [(each.line, each.body) for each in platform.calls] == [
            (f"POST {PATH}/top_notice/{call}", body)
        ]


class TestSharing:
    @pytest.mark.parametrize(
        ("told", "expires"),
        [
            ({"expire_time": "1767225600", "is_permanent": False}, 1767225600.0),
            ({"expire_time": "0", "is_permanent": True}, None),
        ],
    )
    async def test_permanent_link_has_no_end(self, gateway, platform, told, expires):
        platform.on("*", ok({"share_link": "https://applink.feishu.cn/x"} | told))

        link = await gateway.share_link(CHAT, "week")

        assert link == ShareLink("https://applink.feishu.cn/x", expires)
        assert platform.calls[0].body == {"validity_period": "week"}

    @pytest.mark.parametrize(("keyword", "query"), [("值班", "值班"), ("on-call", '"on-call"')])
    async def test_keyword_with_a_hyphen_is_quoted(self, gateway, platform, keyword, query):
        platform.on("*", ok({"items": [{"chat_id": "oc_1", "name": "a", "owner_id": "ou_1"}]}))

        [found] = await gateway.search_chats(keyword)

        assert (found.chat_id, found.owner) == ("oc_1", "ou_1")
        assert platform.calls[0].query["query"] == query


class TestExamining:
    async def test_signing_in_tells_how_long_the_token_lives(self, gateway):
        assert await gateway.sign_in() == 7200

    @pytest.mark.parametrize(("status", "enabled"), [(2, True), (None, True), (1, False), (0, False)])
    async def test_bot_works_when_it_is_enabled(self, gateway, platform, status, enabled):
        platform.on("GET /open-apis/bot/v3/info", ok(bot={"app_name": "Ours", "activate_status": status}))

        assert await gateway.our_bot() == OurBot("Ours", enabled=enabled)

    async def test_app_without_a_bot_has_none(self, gateway):
        assert await gateway.our_bot() is None

    @pytest.mark.parametrize(
        ("date", "expected"),
        [("Thu, 01 Jan 2026 00:00:00 GMT", 1_767_225_600.0), ("yesterday", None), ("", None)],
    )
    async def test_time_of_the_platform_is_that_of_its_last_answer(self, gateway, platform, date, expected):
        answer = ok(FULL)
        answer.headers["Date"] = date
        platform.on(GET, answer)

        await gateway.probe("chat_get", CHAT)

        assert gateway.platform_time == expected

    async def test_probe_without_a_chat_asks_for_one_that_is_not_there(self, gateway, platform):
        await gateway.probe("chat_tab_list", None)

        assert "oc_00000000000000000000000000000000" in platform.seen[-1].line
