"""What can be written and read of a group: chats.openapi.yaml, info.x-field-matrix."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contract import load_contract
from tests.support.groups import group
from tests.support.pretend import OTHER, OURS
from tests.support.rows import shows_rule

MATRIX = {row["field"]: row for row in load_contract("chats")["info"]["x-field-matrix"]}

SETTINGS: dict[str, Any] = {
    "name": "Team",
    "description": "x",
    "i18n_names": {"zh_cn": "队", "en_us": "Team", "ja_jp": "組"},
    "chat_type": "public",
    "group_message_type": "thread",
    "join_message_visibility": "only_owner",
    "leave_message_visibility": "not_anyone",
    "membership_approval": "approval_required",
    "restricted_mode_setting": {
        "status": True,
        "screenshot_has_permission_setting": "not_anyone",
        "download_has_permission_setting": "all_members",
        "message_has_permission_setting": "not_anyone",
    },
    "urgent_setting": "only_owner",
    "video_conference_setting": "only_owner",
    "edit_permission": "only_owner",
    "hide_member_count_setting": "only_owner",
    "add_member_permission": "only_owner",
    "share_card_permission": "not_allowed",
    "at_all_permission": "only_owner",
    "owner_id": "ou_kate",
}
"""What some operation writes, with values that no group has by default."""

NOT_WRITTEN: dict[str, Any] = {
    "moderation_permission": "only_owner",
    "owner_id_type": "union_id",
    "user_manager_id_list": ["ou_kate"],
    "bot_manager_id_list": [OTHER],
    "chat_tag": "edu",
    "external": True,
    "tenant_key": "elsewhere",
    "user_count": "9",
    "bot_count": "9",
    "chat_status": "dissolved",
    "chat_id": "oc_other",
}
"""What no body of these operations writes, with values that no group here has."""

WRITTEN_AT_CREATE = [name for name in SETTINGS if MATRIX[name]["create"]]
WRITTEN_AT_UPDATE = [name for name in SETTINGS if MATRIX[name]["update"]]
IGNORED_AT_CREATE = [name for name in (*SETTINGS, *NOT_WRITTEN) if not MATRIX[name]["create"]]
IGNORED_AT_UPDATE = [
    *(name for name in (*SETTINGS, *NOT_WRITTEN) if not MATRIX[name]["update"]),
    *(name for name in ("user_id_list", "bot_id_list", "chat_mode", "set_bot_manager", "uuid")),
]
BESIDE = {
    "chat_type": {"name": "Team"},
    "add_member_permission": {"share_card_permission": "not_allowed"},
    "share_card_permission": {"add_member_permission": "only_owner"},
}
"""Fields that another one cannot be written without."""


@pytest.mark.parametrize("name", WRITTEN_AT_CREATE)
@shows_rule("chat_create", "Every body field is optional")
def test_field_is_written_at_create(api, name):
    chat_id = api.create(**{**BESIDE.get(name, {}), name: SETTINGS[name]})

    assert api.get(chat_id)[name] == SETTINGS[name]


@pytest.mark.parametrize("name", IGNORED_AT_CREATE)
@shows_rule(
    "chat_create", "add_member_permission, share_card_permission and at_all_permission cannot be set here"
)
@shows_rule("chat_create", "Who may post cannot be set here")
def test_field_is_ignored_at_create(api, name):
    usual = api.get(api.create())

    chat_id = api.create(**{name: (SETTINGS | NOT_WRITTEN)[name]})

    assert api.get(chat_id) == usual


@pytest.mark.parametrize("name", WRITTEN_AT_UPDATE)
def test_field_is_written_at_update(api, name):
    chat_id = api.create(user_id_list=["ou_kate"])

    answer = api.call("chat_update", chat_id, body={**BESIDE.get(name, {}), name: SETTINGS[name]})

    assert answer.data == {}
    assert api.get(chat_id)[name] == SETTINGS[name]


@pytest.mark.parametrize("name", IGNORED_AT_UPDATE)
@shows_rule("chat_update", "chat_mode, members, bots, managers and who may post cannot be changed here")
@shows_rule("chats", "it is written only through chat_moderation_update")
def test_field_is_ignored_at_update(api, name):
    values = {
        **NOT_WRITTEN,
        "user_id_list": ["ou_jim"],
        "bot_id_list": [OTHER],
        "chat_mode": "topic",
        "set_bot_manager": True,
        "uuid": "once",
    }
    chat_id = api.create(owner_id="ou_kate")
    before = api.get(chat_id)

    assert api.call("chat_update", chat_id, body={name: values[name]}).code == 0

    assert api.get(chat_id) == before


@shows_rule("chats", "avatar is written as an image key and read as a URL")
@shows_rule("chat_create", "avatar must be an image key that was uploaded with image_type avatar")
@shows_rule("chat_update", "avatar must be an image key that was uploaded with image_type avatar (232041)")
def test_picture_is_written_as_a_key_and_read_as_a_url(api):
    chat_id = api.create(avatar="img_ours")
    made = api.get(chat_id)["avatar"]

    api.call("chat_update", chat_id, body={"avatar": "img_x"})

    changed = api.get(chat_id)["avatar"]
    assert made.startswith("https://")
    assert "img_ours" in made
    assert "img_x" in changed


@shows_rule("chat_get", "chat_id is not repeated in the response")
@shows_rule("chat_get", "A member (bot or user) gets the full view")
@pytest.mark.parametrize("caller", ["bot", "person"])
def test_members_read_every_readable_field(make, caller):
    api = make(groups=group(name="Team", owner="Kate", i18n_names={"en_us": "Team"}, bots=[OURS]))
    reader = api if caller == "bot" else api.as_user("ou_kate")

    assert reader.get("oc_x").keys() == {name for name, row in MATRIX.items() if row["get"]}


@shows_rule("chat_list", "Items carry a summary; settings come from chat_get")
def test_items_of_the_list_have_the_listed_fields_alone(make):
    api = make(groups=group(name="Team", owner="Kate", i18n_names={"en_us": "Team"}, bots=[OURS]))

    (item,) = api.call("chat_list").data["items"]

    assert item.keys() == {name for name, row in MATRIX.items() if row["list"]}


def test_create_shows_what_get_shows_without_managers_counts_and_status(api):
    body = {name: SETTINGS[name] for name in WRITTEN_AT_CREATE}

    made = api.call("chat_create", body=body).data

    read = api.get(made["chat_id"])
    assert read.keys() - made.keys() == {
        "user_manager_id_list", "bot_manager_id_list", "user_count", "bot_count", "chat_status"
    }  # fmt: skip
    assert {name: read.get(name) for name in made} == {**made, "chat_id": None}
