"""Between wire and model."""

from __future__ import annotations

import pytest

from reconciler.feishu.wire import (
    PLACEHOLDER_NAMES,
    SETTINGS,
    WireChat,
    WireManagers,
    WireTab,
    WireTopLevel,
    create_body,
    menu_body,
    menu_of,
    menu_patch_body,
    mode_of,
    moderation_mode_of,
    name_of,
    settings_body,
    settings_of,
    status_of,
    tab_body,
    tab_of,
)
from reconciler.model.menus import LiveMenu, LiveMenuItem, Menu, MenuItem, MenuLink
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, RestrictedMode, Settings
from reconciler.model.tabs import LiveTab, Tab
from tests.support.contract import load_contract

EVERYTHING = Settings(
    name="支付值班",
    i18n_names={"en_us": "Payments on-call", "ja_jp": "決済当番"},
    description="支付线上值班",
    chat_type="private",
    group_message_type="thread",
    permissions=Permissions(
        add_member="only_owner",
        at_all="only_owner",
        edit="only_owner",
        urgent="all_members",
        video_conference="all_members",
        hide_member_count="only_owner",
        membership_approval="approval_required",
        join_message_visibility="only_owner",
        leave_message_visibility="not_anyone",
    ),
    restricted_mode=RestrictedMode(status=True, screenshot="not_anyone", download="not_anyone"),
)

EVERYTHING_ON_THE_WIRE = {
    "name": "支付值班",
    "i18n_names": {"en_us": "Payments on-call", "ja_jp": "決済当番"},
    "description": "支付线上值班",
    "chat_type": "private",
    "group_message_type": "thread",
    "add_member_permission": "only_owner",
    "share_card_permission": "not_allowed",
    "at_all_permission": "only_owner",
    "edit_permission": "only_owner",
    "urgent_setting": "all_members",
    "video_conference_setting": "all_members",
    "hide_member_count_setting": "only_owner",
    "membership_approval": "approval_required",
    "join_message_visibility": "only_owner",
    "leave_message_visibility": "not_anyone",
    "restricted_mode_setting": {
        "status": True,
        "screenshot_has_permission_setting": "not_anyone",
        "download_has_permission_setting": "not_anyone",
        "message_has_permission_setting": "all_members",
    },
}


def chat(**fields) -> WireChat:
    return WireChat.model_validate(fields)


class TestSettings:
    def test_update_sends_every_field_by_its_wire_name(self):
        assert settings_body(EVERYTHING) == EVERYTHING_ON_THE_WIRE

    def test_get_returns_what_update_sent(self):
        assert settings_of(chat(**EVERYTHING_ON_THE_WIRE)) == EVERYTHING

    def test_unmanaged_fields_are_absent_and_never_null(self):
        assert settings_body(Settings(permissions=Permissions(urgent="only_owner"))) == {
            "urgent_setting": "only_owner"
        }

    @pytest.mark.parametrize(
        ("add_member", "share_card"), [("all_members", "allowed"), ("only_owner", "not_allowed")]
    )
    def test_the_two_paired_fields_go_together(self, add_member, share_card):
        assert settings_body(Settings(permissions=Permissions(add_member=add_member))) == {
            "add_member_permission": add_member,
            "share_card_permission": share_card,
        }

    def test_restricted_mode_always_has_all_four_keys(self):
        body = settings_body(Settings(restricted_mode=RestrictedMode(status=False)))

        assert len(body["restricted_mode_setting"]) == 4

    def test_empty_description_is_sent_and_empty_localized_names_are_not(self):
        body = settings_body(Settings(description="", i18n_names={"en_us": "", "zh_cn": "值班"}))

        assert body == {"description": "", "i18n_names": {"zh_cn": "值班"}}

    def test_create_leaves_out_what_only_update_can_write(self):
        body = create_body(EVERYTHING)

        missing = {"add_member_permission", "share_card_permission", "at_all_permission"}
        assert EVERYTHING_ON_THE_WIRE.keys() - body.keys() == missing

    def test_table_names_exactly_the_fields_that_update_takes(self):
        properties = load_contract("chats")["components"]["schemas"]["ChatUpdateRequest"]["properties"]

        written = settings_body(EVERYTHING).keys()

        assert properties.keys() - written == {"avatar", "owner_id"}
        assert set(SETTINGS.values()) <= properties.keys()

    def test_body_of_create_holds_only_fields_that_create_takes(self):
        properties = load_contract("chats")["components"]["schemas"]["ChatCreateRequest"]["properties"]

        assert create_body(EVERYTHING).keys() <= properties.keys()

    def test_new_group_defaults_are_readable_and_writable(self):
        assert settings_of(chat(**settings_body(NEW_GROUP_SETTINGS))) == NEW_GROUP_SETTINGS

    def test_absent_fields_are_not_told_but_the_description_is_empty_by_default(self):
        assert settings_of(chat(chat_mode="group")) == Settings(description="")

    def test_null_is_absent(self):
        assert settings_of(chat(name=None, chat_type=None, i18n_names={"en_us": None})) == Settings(
            description=""
        )

    @pytest.mark.parametrize("name", sorted(PLACEHOLDER_NAMES))
    def test_placeholder_is_no_name(self, name):
        assert settings_of(chat(name=name)).name is None

    def test_empty_localized_names_are_none(self):
        assert settings_of(chat(i18n_names={"en_us": "", "fr_fr": "Paiements"})).i18n_names is None

    @pytest.mark.parametrize(
        ("field", "value", "path"),
        [
            ("chat_type", "secret", "chat_type"),
            ("edit_permission", "managers", "permissions.edit"),
            (
                "restricted_mode_setting",
                {"status": True, "message_has_permission_setting": "x"},
                "restricted_mode",
            ),
        ],
    )
    def test_value_that_the_model_does_not_know_is_not_told_and_others_are(self, field, value, path):
        settings = settings_of(chat(**EVERYTHING_ON_THE_WIRE | {field: value}))

        told = settings.fields()
        assert EVERYTHING.fields().keys() - told.keys() == {path}

    def test_settings_of_restricted_mode_that_is_off_are_all_members(self):
        assert settings_of(chat(restricted_mode_setting={"status": False})).restricted_mode == RestrictedMode(
            status=False
        )


class TestLenience:
    def test_unknown_fields_are_ignored(self):
        assert chat(labels=["x"], toolkit_ids=[1], pin_manage_setting="y") == WireChat()

    def test_counts_are_strings_and_ids_may_be_numbers(self):
        assert chat(user_count="12").user_count == 12
        assert WireTopLevel.model_validate(
            {"chat_menu_top_level_id": 7156553273518882844}
        ).chat_menu_top_level_id == ("7156553273518882844")

    def test_unknown_values_of_enumerations_have_a_safe_meaning(self):
        assert (status_of("archived"), status_of("dissolved_save")) == ("normal", "dissolved_save")
        assert (mode_of("board"), mode_of(None), mode_of("topic")) == (None, None, "topic")
        assert (moderation_mode_of("vote"), moderation_mode_of("only_owner")) == (None, "only_owner")
        assert name_of("值班") == "值班"

    @pytest.mark.parametrize(
        ("lists", "ids"),
        [
            ({}, None),
            ({"chat_managers": None, "chat_bot_managers": None}, None),
            ({"chat_managers": []}, ()),
            ({"chat_bot_managers": ["cli_1"]}, ("cli_1",)),
            ({"chat_managers": ["ou_1"], "chat_bot_managers": ["cli_1"]}, ("ou_1", "cli_1")),
        ],
    )
    def test_managers_are_told_when_either_list_is(self, lists, ids):
        assert WireManagers.model_validate(lists).ids == ids


class TestTabs:
    def test_url_tab_is_sent_with_its_config(self):
        tab = Tab(
            name="Dashboards", type="url", link="https://grafana.example.com", open_in_app=False, icon="img_1"
        )

        assert tab_body(tab) == {
            "tab_name": "Dashboards",
            "tab_type": "url",
            "tab_content": {"url": "https://grafana.example.com"},
            "tab_config": {"icon_key": "img_1", "is_built_in": False},
        }

    def test_doc_tab_has_no_config(self):
        assert tab_body(Tab(name="Runbook", type="doc", link="https://example.feishu.cn/wiki/x")) == {
            "tab_name": "Runbook",
            "tab_type": "doc",
            "tab_content": {"doc": "https://example.feishu.cn/wiki/x"},
        }

    def test_what_was_sent_is_read(self):
        tab = Tab(
            name="Dashboards", type="url", link="https://grafana.example.com", open_in_app=True, icon="img_1"
        )

        live = tab_of(WireTab.model_validate({"tab_id": "7"} | tab_body(tab)))

        assert live == LiveTab(id="7", **tab.model_dump())

    @pytest.mark.parametrize("content", [{}, {"tab_content": {}}, {"tab_content": None, "tab_name": ""}])
    def test_built_in_tab_has_neither_name_nor_link(self, content):
        live = tab_of(WireTab.model_validate({"tab_id": "1", "tab_type": "message"} | content))

        assert live == LiveTab(id="1", type="message")

    @pytest.mark.parametrize("tab_type", ["copy", "__class__", "a type of tomorrow"])
    def test_tab_of_an_unknown_type_has_no_link_whatever_the_type_is_called(self, tab_type):
        live = tab_of(WireTab.model_validate({"tab_id": "1", "tab_type": tab_type}))

        assert live == LiveTab(id="1", type=tab_type)


class TestMenus:
    def test_menu_is_sent_with_children_and_without_what_is_unmanaged(self):
        menu = Menu(
            name="应急",
            children=(
                MenuItem(
                    name="升级",
                    url=MenuLink(common="https://a.example", ios="https://b.example"),
                    i18n_names={"en_us": "Escalate", "ja_jp": ""},
                    icon="img_1",
                ),
            ),
        )

        assert menu_body(menu) == {
            "chat_menu_item": {"action_type": "NONE", "name": "应急"},
            "children": [
                {
                    "chat_menu_item": {
                        "action_type": "REDIRECT_LINK",
                        "name": "升级",
                        "redirect_link": {"common_url": "https://a.example", "ios_url": "https://b.example"},
                        "image_key": "img_1",
                        "i18n_names": {"en_us": "Escalate"},
                    }
                }
            ],
        }

    def test_menu_without_children_sends_none(self):
        assert "children" not in menu_body(Menu(name="排班", url=MenuLink(common="https://a.example")))

    def test_tree_is_read_in_order(self):
        menu = {
            "chat_menu_top_level_id": "1",
            "chat_menu_item": {"action_type": "NONE", "name": "应急"},
            "children": [
                {
                    "chat_menu_second_level_id": "2",
                    "chat_menu_item": {
                        "action_type": "REDIRECT_LINK",
                        "name": "升级",
                        "redirect_link": {"common_url": "https://a.example", "pc_url": ""},
                        "i18n_names": {"en_us": "Escalate"},
                        "image_key": "img_1",
                    },
                }
            ],
        }

        child = LiveMenuItem(
            id="2",
            name="升级",
            url=MenuLink(common="https://a.example"),
            i18n_names={"en_us": "Escalate"},
            icon="img_1",
        )
        assert menu_of(WireTopLevel.model_validate(menu)) == LiveMenu(id="1", name="应急", children=(child,))

    def test_link_that_an_entry_without_action_echoes_is_dropped(self):
        item = {"action_type": "NONE", "name": "x", "redirect_link": {"common_url": "https://a.example"}}

        assert (
            menu_of(WireTopLevel.model_validate({"chat_menu_top_level_id": "1", "chat_menu_item": item})).url
            is None
        )

    def test_entry_with_an_action_but_no_link_still_has_its_action(self):
        item = {"action_type": "REDIRECT_LINK", "name": "x"}

        live = menu_of(WireTopLevel.model_validate({"chat_menu_top_level_id": "1", "chat_menu_item": item}))

        assert live.action == "REDIRECT_LINK"

    def test_patch_sends_exactly_the_named_fields(self):
        item = MenuItem(
            name="x", url=MenuLink(common="https://a.example"), i18n_names={"en_us": "X"}, icon="img_1"
        )

        assert menu_patch_body(item, ("NAME", "I18N_NAME")) == {
            "update_fields": ["NAME", "I18N_NAME"],
            "chat_menu_item": {"name": "x", "i18n_names": {"en_us": "X"}},
        }
        assert menu_patch_body(item, ("ICON", "REDIRECT_LINK"))["chat_menu_item"] == {
            "image_key": "img_1",
            "redirect_link": {"common_url": "https://a.example"},
        }

    def test_patch_of_a_field_without_value_names_the_field_alone(self):
        assert menu_patch_body(MenuItem(name="x"), ("ICON",)) == {
            "update_fields": ["ICON"],
            "chat_menu_item": {},
        }


def test_users_of_a_chat_that_are_not_told_are_not_none_at_all():
    assert WireChat.model_validate({}).user_count is None
    assert WireChat.model_validate({"user_count": "0"}).user_count == 0
