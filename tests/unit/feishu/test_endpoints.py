"""Each method sends its operation as the contract says: method, path, query, body, and whether it is repeated."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from reconciler.errors import OutcomeUnknown, Refused
from reconciler.feishu.blocks import block_body, update_body
from reconciler.feishu.endpoints.announcement import Announcements
from reconciler.feishu.endpoints.bot import Bot
from reconciler.feishu.endpoints.chats import Chats
from reconciler.feishu.endpoints.contacts import Contacts
from reconciler.feishu.endpoints.images import Images
from reconciler.feishu.endpoints.managers import Managers
from reconciler.feishu.endpoints.members import Members
from reconciler.feishu.endpoints.menus import Menus
from reconciler.feishu.endpoints.messages import Messages
from reconciler.feishu.endpoints.moderation import Moderation
from reconciler.feishu.endpoints.tabs import Tabs
from reconciler.feishu.endpoints.top_notice import TopNotice
from reconciler.feishu.quota import WINDOWS
from reconciler.feishu.transport import Transport
from reconciler.feishu.wire import BotInfo, WireListedChat
from reconciler.model.announcement import Block, BlockKind, Span, Style
from tests.support.contract import Described, load_contract, operations
from tests.support.scripted_platform import Seen, ok, refused

CHAT = "oc_a0553eda9014c201e6969b478895c230"
MENU = {"chat_menu_item": {"action_type": "NONE", "name": "x"}}
URL_TAB = {"tab_name": "x", "tab_type": "url", "tab_content": {"url": "https://a.example"}}

EVERY_BLOCK = (
    *(Block(kind=kind, spans=(Span(text="x"),)) for kind in get_args(BlockKind) if kind != "divider"),
    Block(kind="divider"),
    Block(
        kind="text", spans=(Span(person="ou_1"), Span(text="x", style=Style(bold=True, link="https://a.b")))
    ),
)

CALLS: dict[str, Callable[[Transport], Awaitable[Any]]] = {
    "bot_info": lambda t: Bot(t).info(),
    "chat_create": lambda t: Chats(t).create({"name": "x"}, ["ou_1"], ["cli_1"], "gr-1"),
    "chat_delete": lambda t: Chats(t).delete(CHAT),
    "chat_get": lambda t: Chats(t).get(CHAT),
    "chat_list": lambda t: Chats(t).list(),
    "chat_link": lambda t: Chats(t).link(CHAT, "week"),
    "chat_search": lambda t: Chats(t).search("值班"),
    "chat_top_notice_delete": lambda t: TopNotice(t).delete(CHAT),
    "chat_top_notice_put": lambda t: TopNotice(t).put_announcement(CHAT),
    "im_message_create": lambda t: Messages(t).send_card(CHAT, "{}", "uuid"),
    "im_image_create": lambda t: Images(t).create("avatar", b"picture"),
    "chat_update": lambda t: Chats(t).update(CHAT, {"name": "x"}),
    "chat_moderation_get": lambda t: Moderation(t).get(CHAT),
    "chat_moderation_update": lambda t: Moderation(t).update(CHAT, "moderator_list", ["ou_1"], ["ou_2"]),
    "chat_members_create": lambda t: Members(t).add(CHAT, "open_id", ["ou_1"]),
    "contact_user_batch_get_id": lambda t: Contacts(t).find(["a@example.com"], []),
    "contact_user_batch": lambda t: Contacts(t).get("open_id", ["ou_1", "ou_2"]),
    "chat_members_delete": lambda t: Members(t).delete(CHAT, "open_id", ["ou_1"]),
    "chat_members_get": lambda t: Members(t).get(CHAT),
    "chat_managers_add_managers": lambda t: Managers(t).add(CHAT, "app_id", ["cli_1"]),
    "chat_managers_delete_managers": lambda t: Managers(t).delete(CHAT, "open_id", ["ou_1"]),
    "chat_announcement_get": lambda t: Announcements(t).legacy(CHAT),
    "docx_chat_announcement_get": lambda t: Announcements(t).info(CHAT),
    "docx_chat_announcement_block_list": lambda t: Announcements(t).blocks(CHAT),
    "docx_chat_announcement_block_batch_update": lambda t: Announcements(t).update(
        CHAT, [update_body("b1", Block(kind="todo", spans=(Span(text="x"),), done=True))], 3, "t"
    ),
    "docx_chat_announcement_block_children_create": lambda t: Announcements(t).create(
        CHAT, CHAT, 0, [block_body(block) for block in EVERY_BLOCK], 3, "t"
    ),
    "docx_chat_announcement_block_children_batch_delete": lambda t: Announcements(t).delete(
        CHAT, CHAT, 0, 2, 3, "t"
    ),
    "chat_tab_create": lambda t: Tabs(t).create(CHAT, [URL_TAB]),
    "chat_tab_delete": lambda t: Tabs(t).delete(CHAT, ["1"]),
    "chat_tab_list": lambda t: Tabs(t).list(CHAT),
    "chat_tab_sort": lambda t: Tabs(t).sort(CHAT, ["1", "2"]),
    "chat_tab_update": lambda t: Tabs(t).update(CHAT, [{"tab_id": "1"} | URL_TAB]),
    "chat_menu_item_patch": lambda t: Menus(t).patch_item(
        CHAT, "7", {"update_fields": ["NAME"], "chat_menu_item": {"name": "x"}}
    ),
    "chat_menu_tree_create": lambda t: Menus(t).create(CHAT, [MENU]),
    "chat_menu_tree_delete": lambda t: Menus(t).delete(CHAT, ["1"]),
    "chat_menu_tree_get": lambda t: Menus(t).get(CHAT),
    "chat_menu_tree_sort": lambda t: Menus(t).sort(CHAT, ["1", "2"]),
}

ENOUGH = {
    "revision_id": 1,
    "announcement_type": "docx",
    "chat_id": CHAT,
    "image_key": "img_1",
    "share_link": "https://applink.feishu.cn/x",
}
"""What suffices as data for every call: what is made has to be told, and others ignore it."""

NOT_TWICE = {
    "chat_link",
    "chat_tab_create",
    "chat_tab_delete",
    "chat_menu_tree_create",
    "chat_menu_tree_delete",
}
"""docs/behaviour.md, "Repeats": after an unknown outcome these go back to apply; everything else is repeated."""


@pytest.fixture
def transport(gateway):
    return gateway._transport


def test_every_operation_of_the_quota_table_has_its_method():
    assert CALLS.keys() | {"auth_tenant_access_token_internal"} == WINDOWS.keys()


@pytest.mark.parametrize("operation", sorted(CALLS))
async def test_request_is_as_the_contract_describes_it(transport, platform, operation):
    described = operations()[operation]
    platform.on("*", ok(ENOUGH))

    await CALLS[operation](transport)

    sent = platform.calls[0]
    assert sent.request.method == described.method
    assert re.fullmatch(re.sub(r"{\w+}", r"[^/]+", described.path), sent.request.url.path)
    assert transport.counts.calls[operation] == 1
    item = load_contract(described.file)["paths"][described.path]
    declared = [*described.document.get("parameters", []), *item.get("parameters", [])]
    names = {resolved(described.file, each)["name"]: resolved(described.file, each) for each in declared}
    for name, value in sent.query.items():
        schema = names[name]["schema"]
        assert not schema.get("enum") or value in map(str, schema["enum"])
    assert_body_fits(described, sent)


def resolved(file: str, node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    if reference is None:
        return node
    place = load_contract(file)
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def assert_body_fits(described: Described, sent: Seen) -> None:
    declared = described.document.get("requestBody")
    if declared is None:
        assert sent.body is None
        return
    [(kind, media)] = declared["content"].items()
    assert sent.request.headers["Content-Type"].startswith(kind)
    document = load_contract(described.file)
    schema = {"components": document["components"], **media["schema"]}
    Draft202012Validator(schema).validate(sent.form if kind == "multipart/form-data" else sent.body)


@pytest.mark.parametrize("operation", sorted(CALLS))
async def test_unknown_outcome_is_repeated_unless_doing_it_twice_differs(transport, platform, operation):
    platform.on("*", refused(2200, http=500), ok(ENOUGH))

    if operation in NOT_TWICE:
        with pytest.raises(OutcomeUnknown):
            await CALLS[operation](transport)
    else:
        await CALLS[operation](transport)

    assert len(platform.calls) == (1 if operation in NOT_TWICE else 2)


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("chat_create", {"user_id_type": "open_id", "uuid": "gr-1"}),
        ("chat_get", {"user_id_type": "open_id"}),
        ("chat_list", {"user_id_type": "open_id", "sort_type": "ByCreateTimeAsc", "page_size": "100"}),
        ("chat_search", {"user_id_type": "open_id", "query": "值班", "page_size": "100"}),
        ("chat_members_create", {"member_id_type": "open_id", "succeed_type": "1"}),
        ("chat_members_get", {"member_id_type": "open_id", "page_size": "100"}),
        ("chat_moderation_get", {"user_id_type": "open_id", "page_size": "100"}),
        ("chat_managers_add_managers", {"member_id_type": "app_id"}),
        ("docx_chat_announcement_block_list", {"user_id_type": "open_id", "page_size": "500"}),
        (
            "docx_chat_announcement_block_children_create",
            {"user_id_type": "open_id", "revision_id": "3", "client_token": "t"},
        ),
        ("docx_chat_announcement_block_children_batch_delete", {"revision_id": "3", "client_token": "t"}),
    ],
)
async def test_query_is_complete(transport, platform, operation, query):
    platform.on("*", ok(ENOUGH))

    await CALLS[operation](transport)

    assert platform.calls[0].query == query


async def test_create_without_people_sends_no_empty_lists(transport, platform):
    platform.on("*", ok(ENOUGH))

    await Chats(transport).create({}, [], [], "gr-1")

    assert platform.calls[0].body == {}


@pytest.mark.parametrize("data", [{}, {"chat_id": ""}, {"chat_id": None}])
async def test_create_that_does_not_name_its_chat_is_repeated_with_the_same_uuid(transport, platform, data):
    platform.on("*", ok(data), ok(ENOUGH))

    chat = await Chats(transport).create({}, [], [], "gr-1")

    assert chat.chat_id == CHAT
    assert [call.query["uuid"] for call in platform.calls] == ["gr-1", "gr-1"]


async def test_moderation_without_changes_of_the_list_sends_the_mode_alone(transport, platform):
    await Moderation(transport).update(CHAT, "only_owner", [], [])

    assert platform.calls[0].body == {"moderation_setting": "only_owner"}


async def test_ids_in_paths_are_quoted(transport, platform):
    await Menus(transport).patch_item("oc_1/../x", "7?a", {})

    assert platform.calls[0].request.url.raw_path == b"/open-apis/im/v1/chats/oc_1%2F..%2Fx/menu_items/7%3Fa"


class TestImages:
    async def test_file_is_sent_as_it_is_with_every_attempt(self, transport, platform):
        content = bytes(range(256)) * 1000
        platform.on("*", refused(99991400), ok(ENOUGH))

        image = await Images(transport).create("message", content)

        assert image.image_key == "img_1"
        assert [call.form for call in platform.calls] == [
            {"image_type": "message", "image": content.decode("latin-1")}
        ] * 2
        assert b'filename="image"' in platform.calls[0].request.content

    @pytest.mark.parametrize("data", [{}, {"image_key": ""}])
    async def test_upload_that_does_not_name_its_image_is_repeated(self, transport, platform, data):
        platform.on("*", ok(data), ok(ENOUGH))

        assert (await Images(transport).create("avatar", b"x")).image_key == "img_1"


class TestBot:
    @pytest.mark.parametrize(
        "answer",
        [
            ok(bot={"open_id": "ou_9", "app_name": "groupctl"}),
            ok({"bot": {"open_id": "ou_9", "app_name": "groupctl"}}),
        ],
        ids=["beside the code", "under data"],
    )
    async def test_bot_is_found_in_either_place(self, transport, platform, answer):
        platform.on("*", answer)

        assert await Bot(transport).info() == BotInfo(open_id="ou_9", app_name="groupctl")

    async def test_app_without_bot_has_none(self, transport):
        assert await Bot(transport).info() is None


class TestPaging:
    """Paged lists end where `has_more` is false. Source: wire-behaviour 4.9, 4.10."""

    async def test_all_pages_are_read_with_the_token_of_the_one_before(self, transport, platform):
        platform.on(
            "*",
            ok({"items": [{"chat_id": "oc_1"}], "has_more": True, "page_token": "a"}),
            ok({"items": [], "has_more": True, "page_token": "b"}),
            ok({"items": [{"chat_id": "oc_2"}], "has_more": False, "page_token": "b"}),
        )

        chats = await Chats(transport).list()

        assert chats == (WireListedChat(chat_id="oc_1"), WireListedChat(chat_id="oc_2"))
        assert [each.query.get("page_token") for each in platform.calls] == [None, "a", "b"]

    @pytest.mark.parametrize("token", ["a", ""], ids=["same token again", "no token"])
    async def test_list_that_does_not_advance_is_an_error(self, transport, platform, token):
        platform.on(
            "*", ok({"has_more": True, "page_token": "a"}), ok({"has_more": True, "page_token": token})
        )

        with pytest.raises(OutcomeUnknown) as caught:
            await Chats(transport).list()

        assert caught.value.diagnostic.summary == "List does not end"
        assert len(platform.calls) == 2


async def test_create_for_a_person_keeps_the_app_as_a_manager(transport, platform):
    platform.on("*", ok(ENOUGH))

    await Chats(transport).create({"name": "x"}, [], [], "gr-1", owner="ou_1")

    assert platform.calls[0].query["set_bot_manager"] == "true"
    assert platform.calls[0].body == {"name": "x", "owner_id": "ou_1"}


async def test_transfer_is_not_repeated(transport, platform):
    platform.on("*", refused(5000, 504))

    with pytest.raises(OutcomeUnknown):
        await Chats(transport).transfer(CHAT, "ou_1")

    assert [call.body for call in platform.calls] == [{"owner_id": "ou_1"}]


async def test_message_that_is_on_its_way_already_counts_as_sent(transport, platform):
    platform.on("*", refused(230049))

    await Messages(transport).send_card(CHAT, "{}", "uuid")

    assert transport.counts.calls["im_message_create"] == 1


async def test_message_that_is_refused_is_told(transport, platform):
    platform.on("*", refused(230018))

    with pytest.raises(Refused):
        await Messages(transport).send_card(CHAT, "{}", "uuid")
