"""The client and the emulator, which share no code, agree on every operation that the gateway performs.

Both run in virtual time, so that quota windows and waits are real and cost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from reconciler.emulator import Emulator, Fault, FaultKind
from reconciler.emulator.transport import EmulatorTransport
from reconciler.errors import GroupGone, OutcomeUnknown, Refused, RunRefused
from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.feishu.endpoints.announcement import Announcements
from reconciler.feishu.endpoints.bot import Bot
from reconciler.feishu.endpoints.images import Images
from reconciler.feishu.gateway import FeishuGateway
from reconciler.feishu.quota import WINDOWS
from reconciler.model.address import Facet
from reconciler.model.announcement import Block, Span
from reconciler.model.group import LiveGroup
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu, Menu, MenuItem, MenuLink
from reconciler.model.moderation import LiveModeration
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, RestrictedMode, Settings
from reconciler.model.tabs import LiveTab, Tab
from reconciler.plan.answers import Answer
from reconciler.plan.operations import (
    AddManagers,
    AddMembers,
    BlockUpdate,
    CreateBlocks,
    CreateChat,
    CreateMenus,
    CreateTabs,
    DeleteBlocks,
    DeleteMenus,
    DeleteTabs,
    DeleteTopNotice,
    DissolveChat,
    MenuRef,
    PatchMenuItem,
    PutTopNotice,
    RemoveManagers,
    RemoveMembers,
    SetModeration,
    SortMenus,
    SortTabs,
    TabRef,
    TabUpdate,
    UpdateBlocks,
    UpdateChat,
    UpdateTabs,
)
from tests.support.pictures import png
from tests.support.pretend import OTHER, OURS, SECRET, scenario
from tests.support.virtual_time import VirtualTimeLoop

LINK = "https://example.com/"
PICTURE = png(64, 64)
OTHER_KIND_OF_ANNOUNCEMENT = 232097
PARAGRAPH = Block(kind="text", spans=(Span(text="on call"),))
NEW = Settings(name="支付值班")
EVERYTHING = Settings(
    name="支付值班",
    i18n_names={"en_us": "Payments on-call"},
    description="线上值班",
    chat_type="private",
    group_message_type="thread",
    permissions=Permissions(
        add_member="only_owner",
        at_all="only_owner",
        edit="only_owner",
        urgent="only_owner",
        video_conference="only_owner",
        hide_member_count="only_owner",
        membership_approval="approval_required",
        join_message_visibility="only_owner",
        leave_message_visibility="not_anyone",
    ),
    restricted_mode=RestrictedMode(status=True, screenshot="not_anyone"),
)


def tabs_of(told: Answer | LiveGroup) -> list[LiveTab]:
    assert told.tabs is not None
    return list(told.tabs)


def menus_of(told: Answer | LiveGroup) -> list[LiveMenu]:
    assert told.menus is not None
    return list(told.menus)


class LoopClock:
    """The emulator's clock, driven by the event loop's virtual time."""

    offset = 0.0

    def now(self) -> float:
        return 1_767_225_600.0 + asyncio.get_running_loop().time() + self.offset

    def move(self, seconds: float) -> None:
        self.offset += seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class World:
    """An emulator with our client on it."""

    emulator: Emulator
    gateway: FeishuGateway

    async def create(self, settings: Settings = NEW, users: tuple[str, ...] = (), uuid: str = "gr-1") -> str:
        answer = await self.gateway.perform(CreateChat(settings=settings, users=users, uuid=uuid), "")
        assert answer.chat_id is not None
        return answer.chat_id

    async def read(self, chat_id: str) -> LiveGroup:
        return await self.gateway.read_group(chat_id, list(Facet))

    def called(self, operation: str) -> list[int]:
        """Return the HTTP statuses that `operation` was answered with."""
        return [entry.status for entry in self.emulator.log if entry.operation == operation]


@pytest.fixture
def anyio_backend():
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    emulator = Emulator.from_text(scenario(), clock=LoopClock())
    credentials = Credentials(app_id=OURS, app_secret=SecretStr(SECRET))
    gateway = connect(credentials, "http://emulator.local", http_transport=EmulatorTransport(emulator))
    yield World(emulator, gateway)
    await gateway.aclose()
    emulator.close()


class TestSettings:
    async def test_new_group_has_the_documented_defaults(self, world):
        live = await world.read(await world.create())

        assert live.settings.model_copy(update={"name": None}) == NEW_GROUP_SETTINGS
        assert (live.full, live.mode, live.owner, live.managers) == (True, "group", None, frozenset())

    async def test_create_tells_what_get_tells(self, world):
        answer = await world.gateway.perform(CreateChat(settings=EVERYTHING, uuid="gr-1"), "")

        assert answer.settings == (await world.read(answer.chat_id)).settings

    async def test_every_field_that_create_takes_is_read_back(self, world):
        live = await world.read(await world.create(EVERYTHING))

        told = live.settings.fields()
        different = {path for path, value in EVERYTHING.fields().items() if told[path] != value}
        assert different == {"permissions.add_member", "permissions.at_all"}

    async def test_every_field_is_read_back_after_an_update(self, world):
        chat_id = await world.create()

        await world.gateway.perform(UpdateChat(settings=EVERYTHING), chat_id)

        assert (await world.read(chat_id)).settings == EVERYTHING

    async def test_group_without_name_has_none(self, world):
        answer = await world.gateway.perform(CreateChat(settings=Settings(), uuid="gr-1"), "")

        assert answer.settings is not None
        assert answer.settings.name is None
        assert (await world.read(answer.chat_id)).settings.name is None

    async def test_restricted_mode_can_be_switched_off_again(self, world):
        chat_id = await world.create(EVERYTHING)

        await world.gateway.perform(
            UpdateChat(settings=Settings(restricted_mode=RestrictedMode(status=False))), chat_id
        )

        assert (await world.read(chat_id)).settings.restricted_mode == RestrictedMode(status=False)

    async def test_one_uuid_is_one_group(self, world):
        assert await world.create(uuid="gr-1") == await world.create(uuid="gr-1")
        assert await world.create(uuid="gr-2") != await world.create(uuid="gr-1")


class TestExistence:
    async def test_all_groups_are_listed_over_several_pages(self, world):
        created = [await world.create(uuid=f"gr-{number}") for number in range(101)]

        listed = await world.gateway.list_chats()

        assert [chat.chat_id for chat in listed] == created
        assert {(chat.name, chat.owner, chat.external, chat.status) for chat in listed} == {
            ("支付值班", None, False, "normal")
        }
        assert len(world.called("chat_list")) == 2

    async def test_dissolved_group_is_told_and_refuses_writes(self, world):
        chat_id = await world.create()
        world.emulator.acts.dissolve(chat_id)

        assert (await world.read(chat_id)).status == "dissolved"
        with pytest.raises(GroupGone):
            await world.gateway.perform(UpdateChat(settings=NEW), chat_id)

    async def test_group_we_are_not_in_is_seen_reduced(self, world):
        chat_id = await world.create(users=("ou_lilei",))
        world.emulator.acts.transfer(chat_id, "ou_lilei")
        world.emulator.acts.remove_members(chat_id, [OURS])

        live = await world.read(chat_id)

        assert (live.full, live.settings, live.managers) == (False, Settings(name="支付值班"), None)

    async def test_person_who_cannot_be_found_refuses_the_whole_create(self, world):
        with pytest.raises(Refused) as caught:
            await world.create(users=("ou_hidden",))

        assert caught.value.blames_people
        assert caught.value.facts.log_id


class TestPeople:
    async def test_members_come_in_and_others_are_listed_by_reason(self, world):
        chat_id = await world.create()

        answer = await world.gateway.perform(
            AddMembers(ids=("ou_lilei", "ou_gone", "ou_hidden", "ou_nobody")), chat_id
        )

        assert (set(answer.invalid), answer.not_existed) == ({"ou_gone", "ou_hidden"}, ("ou_nobody",))
        assert (await world.read(chat_id)).members == LiveMembers(
            users=frozenset({"ou_lilei"}), complete=True
        )

    async def test_managers_are_appointed_and_dismissed_users_and_bots_apart(self, world):
        chat_id = await world.create(users=("ou_lilei", "ou_han"))
        await world.gateway.perform(AddMembers(ids=(OTHER,)), chat_id)

        await world.gateway.perform(AddManagers(ids=("ou_lilei", "ou_han")), chat_id)
        both = await world.gateway.perform(AddManagers(ids=(OTHER,)), chat_id)
        fewer = await world.gateway.perform(RemoveManagers(ids=("ou_han",)), chat_id)

        assert both.managers == {"ou_lilei", "ou_han", OTHER}
        assert fewer.managers == {"ou_lilei", OTHER} == (await world.read(chat_id)).managers

    async def test_our_app_as_a_manager_is_self(self, world):
        chat_id = await world.create(users=("ou_lilei",))
        world.emulator.acts.transfer(chat_id, "ou_lilei")
        world.emulator.acts.add_managers(chat_id, [OURS])

        live = await world.read(chat_id)

        assert (live.owner, live.managers) == ("ou_lilei", frozenset({"self"}))

    async def test_moderators_are_set_and_changed(self, world):
        chat_id = await world.create(users=("ou_lilei", "ou_han"))

        await world.gateway.perform(SetModeration(mode="moderator_list", add=("ou_lilei", "ou_han")), chat_id)
        await world.gateway.perform(SetModeration(mode="moderator_list", remove=("ou_han",)), chat_id)

        assert (await world.read(chat_id)).moderation == LiveModeration(
            mode="moderator_list", moderators=frozenset({"ou_lilei"})
        )

    async def test_other_modes_have_no_list(self, world):
        chat_id = await world.create()

        await world.gateway.perform(SetModeration(mode="only_owner"), chat_id)

        assert (await world.read(chat_id)).moderation == LiveModeration(mode="only_owner")


class TestTabs:
    RUNBOOK = Tab(name="Runbook", type="doc", link="https://example.feishu.cn/wiki/x")
    BOARD = Tab(name="Board", type="url", link=LINK, open_in_app=True)

    async def test_tabs_are_created_sorted_changed_and_deleted(self, world):
        chat_id = await world.create()
        before = tabs_of(await world.read(chat_id))

        created = await world.gateway.perform(CreateTabs(tabs=(self.RUNBOOK, self.BOARD)), chat_id)
        order = (
            *(TabRef(id=tab.id) for tab in before),
            TabRef(type="url", link=LINK),
            TabRef(type="doc", link=self.RUNBOOK.link),
        )
        ordered = await world.gateway.perform(SortTabs(order=order), chat_id)
        board = tabs_of(ordered)[-2]
        renamed = self.BOARD.model_copy(update={"name": "Dashboards"})
        changed = await world.gateway.perform(
            UpdateTabs(tabs=(TabUpdate(id=board.id, tab=renamed),)), chat_id
        )
        left = await world.gateway.perform(DeleteTabs(ids=(board.id,)), chat_id)

        own = len(before)
        assert [tab.name for tab in tabs_of(created)[own:]] == ["Runbook", "Board"]
        assert [tab.name for tab in tabs_of(ordered)[own:]] == ["Board", "Runbook"]
        assert (board.type, board.link, board.open_in_app) == ("url", LINK, True)
        assert [tab.name for tab in tabs_of(changed)[own:]] == ["Dashboards", "Runbook"]
        assert [tab.name for tab in tabs_of(left)[own:]] == ["Runbook"]
        assert (await world.read(chat_id)).tabs == left.tabs
        assert world.called("chat_tab_list") == [200, 200]


class TestMenus:
    ONCALL = Menu(
        name="应急", children=(MenuItem(name="升级", url=MenuLink(common=LINK), i18n_names={"en_us": "Up"}),)
    )
    ROTA = Menu(name="排班", url=MenuLink(common=LINK, ios=LINK + "ios"))

    async def test_menus_are_created_sorted_changed_and_deleted(self, world):
        chat_id = await world.create()

        created = await world.gateway.perform(CreateMenus(menus=(self.ONCALL, self.ROTA)), chat_id)
        order = (MenuRef(name="排班"), MenuRef(name="应急"))
        ordered = await world.gateway.perform(SortMenus(order=order), chat_id)
        rota, oncall = menus_of(ordered)
        child = oncall.children[0]
        patched = MenuItem(name="上报", url=MenuLink(common=LINK + "new"), i18n_names={"ja_jp": "エスカレ"})
        operation = PatchMenuItem(id=child.id, fields=("NAME", "REDIRECT_LINK", "I18N_NAME"), item=patched)
        await world.gateway.perform(operation, chat_id)
        live = menus_of(await world.read(chat_id))
        left = await world.gateway.perform(DeleteMenus(ids=(rota.id,)), chat_id)

        assert [menu.name for menu in menus_of(created)] == ["应急", "排班"]
        assert (rota.name, rota.url, rota.children) == (self.ROTA.name, self.ROTA.url, ())
        assert (child.name, child.url, child.i18n_names) == ("升级", MenuLink(common=LINK), {"en_us": "Up"})
        assert live[1].children[0].model_dump(exclude={"id"}) == patched.model_dump()
        assert [menu.name for menu in menus_of(left)] == ["应急"]

    async def test_group_without_menu_has_none(self, world):
        assert (await world.read(await world.create())).menus == ()


class TestTrouble:
    async def test_wrong_secret_stops_the_run(self, world):
        credentials = Credentials(app_id=OURS, app_secret=SecretStr("wrong"))
        gateway = connect(
            credentials, "http://emulator.local", http_transport=EmulatorTransport(world.emulator)
        )

        with pytest.raises(RunRefused) as caught:
            await gateway.list_chats()

        assert "FEISHU_APP_SECRET" in caught.value.diagnostic.hint

    async def test_revoked_token_is_renewed(self, world):
        chat_id = await world.create()
        world.emulator.faults.add(Fault(FaultKind.REVOKE_TOKEN, "chat_get"))

        assert (await world.read(chat_id)).full
        assert len(world.called("auth_tenant_access_token_internal")) == 2

    async def test_token_outlives_its_two_hours(self, world):
        chat_id = await world.create()
        await asyncio.sleep(3 * 3600)

        assert (await world.read(chat_id)).full

    async def test_write_that_was_done_although_the_gateway_gave_up_is_repeated_without_harm(self, world):
        world.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_create", status=504, done=True))

        chat_id = await world.create()

        assert [chat.chat_id for chat in await world.gateway.list_chats()] == [chat_id]
        assert world.called("chat_create") == [504, 200]

    async def test_success_without_list_of_managers_is_success(self, world):
        chat_id = await world.create(users=("ou_lilei",))
        fault = Fault(FaultKind.ANSWER, "chat_managers_add_managers", code=232039, done=True)
        world.emulator.faults.add(fault)

        answer = await world.gateway.perform(AddManagers(ids=("ou_lilei",)), chat_id)

        assert answer.managers is None
        assert (await world.read(chat_id)).managers == {"ou_lilei"}

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param({"kind": FaultKind.DROP, "done": True}, id="lost connection"),
            pytest.param({"kind": FaultKind.MALFORMED}, id="unreadable body"),
            pytest.param({"kind": FaultKind.TRUNCATED}, id="cut body"),
            pytest.param({"kind": FaultKind.LATENCY, "seconds": 31}, id="timeout"),
            pytest.param({"kind": FaultKind.ANSWER, "status": 502, "done": True}, id="bad gateway"),
        ],
    )
    async def test_tabs_whose_creation_is_uncertain_are_not_created_again(self, world, fault):
        chat_id = await world.create()
        world.emulator.faults.add(Fault(operation="chat_tab_create", **fault))

        with pytest.raises(OutcomeUnknown):
            await world.gateway.perform(CreateTabs(tabs=(TestTabs.BOARD,)), chat_id)

        assert [tab.name for tab in tabs_of(await world.read(chat_id))].count("Board") == 1

    async def test_busy_chat_and_foreign_rate_limit_are_waited_for(self, world):
        chat_id = await world.create()
        limited = Fault(
            FaultKind.ANSWER, "chat_update", status=429, code=99991400, headers={"x-ogw-ratelimit-reset": "5"}
        )
        world.emulator.faults.add(limited)
        world.emulator.faults.add(Fault(FaultKind.ANSWER, "chat_update", code=232019, after=1))

        await world.gateway.perform(UpdateChat(settings=NEW), chat_id)

        assert sorted(world.called("chat_update")) == [200, 400, 429]
        assert world.gateway.counts.throttled == {"chat_update": 2}


async def test_quota_of_the_emulator_is_never_exceeded(world):
    """50 calls in any second and 1000 in any minute, counted by the other side."""
    chat_id = await world.create()
    start = asyncio.get_running_loop().time()

    await asyncio.gather(*(world.gateway.read_group(chat_id, [Facet.TABS]) for _ in range(1100)))

    assert set(world.called("chat_get")) == set(world.called("chat_tab_list")) == {200}
    assert asyncio.get_running_loop().time() - start <= 1.05 * (60 + 2)


async def test_every_operation_of_the_client_is_known_to_the_emulator(world):
    chat_id = await world.create(users=("ou_lilei",))
    gateway = world.gateway
    await Bot(gateway._transport).info()
    await gateway.list_chats()
    await gateway.find_people(["li.lei@example.com", "on_kate"])
    await gateway.perform(UpdateChat(settings=NEW), chat_id)
    await gateway.perform(AddMembers(ids=("ou_han",)), chat_id)
    await gateway.perform(AddManagers(ids=("ou_han",)), chat_id)
    await gateway.perform(RemoveManagers(ids=("ou_han",)), chat_id)
    await gateway.perform(SetModeration(mode="moderator_list", add=("ou_han",)), chat_id)
    await gateway.perform(RemoveMembers(ids=("ou_lilei",)), chat_id)
    tabs = tabs_of(await gateway.perform(CreateTabs(tabs=(TestTabs.BOARD,)), chat_id))
    board = tabs[-1].id
    await gateway.perform(UpdateTabs(tabs=(TabUpdate(id=board, tab=TestTabs.BOARD),)), chat_id)
    await gateway.perform(SortTabs(order=tuple(TabRef(id=tab.id) for tab in tabs)), chat_id)
    await gateway.perform(DeleteTabs(ids=(board,)), chat_id)
    menus = menus_of(await gateway.perform(CreateMenus(menus=(TestMenus.ROTA,)), chat_id))
    await gateway.perform(PatchMenuItem(id=menus[0].id, fields=("NAME",), item=MenuItem(name="x")), chat_id)
    await gateway.perform(SortMenus(order=(MenuRef(id=menus[0].id),)), chat_id)
    await gateway.perform(DeleteMenus(ids=(menus[0].id,)), chat_id)
    await gateway.perform(CreateBlocks(revision=1, number=0, index=0, blocks=(PARAGRAPH,)), chat_id)
    live = (await world.read(chat_id)).announcement
    assert live
    update = BlockUpdate(id=live.blocks[0].id, block=PARAGRAPH)
    await gateway.perform(UpdateBlocks(revision=live.revision, updates=(update,)), chat_id)
    await gateway.perform(DeleteBlocks(revision=live.revision, start=0, end=1), chat_id)
    with pytest.raises(Refused):
        await Announcements(gateway._transport).legacy(chat_id)

    await Images(gateway._transport).create("avatar", PICTURE)
    await gateway.perform(PutTopNotice(), chat_id)
    await gateway.perform(DeleteTopNotice(), chat_id)
    await gateway.search_chats("支付")
    await gateway.share_link(chat_id, "week")
    await gateway.send_card(chat_id, "{}", "uuid-1")
    await gateway.perform(DissolveChat(), chat_id)

    assert {entry.operation for entry in world.emulator.log} == WINDOWS.keys()
    assert {entry.code for entry in world.emulator.log} == {0, OTHER_KIND_OF_ANNOUNCEMENT}
