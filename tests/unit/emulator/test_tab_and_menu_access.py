"""Who may call the operations of tabs.openapi.yaml and menus.openapi.yaml, and on which chats."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.store import Token, TokenKind
from tests.support.contract import operations
from tests.support.pretend import OTHER, OURS, TENANT
from tests.support.rows import scripted, shows_error, shows_rule

LINK = {"tab_type": "url", "tab_content": {"url": "https://a.example"}}
BODIES: dict[str, Any] = {
    "chat_tab_list": None,
    "chat_tab_create": {"chat_tabs": [LINK]},
    "chat_tab_update": {"chat_tabs": [{"tab_id": "1", **LINK}]},
    "chat_tab_delete": {"tab_ids": ["1"]},
    "chat_tab_sort": {"tab_ids": ["1"]},
    "chat_menu_tree_get": None,
    "chat_menu_tree_create": {
        "menu_tree": {"chat_menu_top_levels": [{"chat_menu_item": {"action_type": "NONE", "name": "A"}}]}
    },
    "chat_menu_tree_delete": {"chat_menu_top_level_ids": ["1"]},
    "chat_menu_tree_sort": {"chat_menu_top_level_ids": ["1"]},
    "chat_menu_item_patch": {"update_fields": ["NAME"], "chat_menu_item": {"name": "A"}},
}
"""A body for every operation that gets past all checks that do not look at tabs and menus."""

PASSED = {
    "chat_tab_list": 0,
    "chat_tab_create": 0,
    "chat_tab_update": 232001,
    "chat_tab_delete": 232001,
    "chat_tab_sort": 232001,
    "chat_menu_tree_get": 0,
    "chat_menu_tree_create": 0,
    "chat_menu_tree_delete": 232001,
    "chat_menu_tree_sort": 232072,
    "chat_menu_item_patch": 232001,
}
"""What then answers: there is no tab and no menu `1`."""

TABS = [name for name in BODIES if operations()[name].file == "tabs"]
MENUS = [name for name in BODIES if operations()[name].file == "menus"]
TAB_WRITES = [name for name in TABS if BODIES[name]]
MENU_WRITES = [name for name in MENUS if BODIES[name]]
WITH_UNLISTED_CODES = {
    232008: ["chat_menu_tree_get", "chat_menu_tree_sort", "chat_menu_item_patch"],
    232009: ["chat_menu_tree_get"],
    232073: ["chat_menu_tree_sort"],
}
"""Menu operations whose pages do not list a code that the description expects of them."""

each_operation = pytest.mark.parametrize("operation", BODIES)
each_tab_operation = pytest.mark.parametrize("operation", TABS)
each_menu_operation = pytest.mark.parametrize("operation", MENUS)
each_write = pytest.mark.parametrize("operation", [*TAB_WRITES, *MENU_WRITES])


def all_show(places, *, rules=(), errors=()):
    """Say that a test shows the same rules and errors of several places."""

    def note(test):
        for place in places:
            shows_rule(place, *rules)(test)
            shows_error(place, *errors)(test)
        return test

    return note


def menus_that_list(code):
    return [name for name in MENUS if name not in WITH_UNLISTED_CODES[code]]


def path_of(operation):
    return {"menu_item_id": "1"} if operation == "chat_menu_item_patch" else {}


def call(api, operation, chat_id, **more):
    return api.call(operation, chat_id, body=BODIES[operation], **path_of(operation), **more)


class TestApp:
    @all_show(TABS, rules=["bot capability"], errors=[232025])
    @all_show(MENUS, rules=["bot capability"], errors=[232025])
    @each_operation
    def test_bot_ability_must_be_on(self, make, operation):
        api = make(app="bot: false", groups="  - {chat_id: oc_team}")

        assert call(api, operation, "oc_team").code == 232025

    @all_show(TABS, rules=["bot capability"], errors=[232025])
    @each_tab_operation
    def test_bot_ability_must_be_on_also_for_people(self, make, operation):
        api = make(app="bot: false", groups="  - {chat_id: oc_team, members: [李雷]}")

        assert call(api.as_user("ou_lilei"), operation, "oc_team").code == 232025

    @all_show([*TABS, *MENUS], errors=[232034])
    @each_operation
    def test_app_must_be_enabled_in_the_tenant(self, make, operation):
        api = make(groups="  - {chat_id: oc_team, bots: [cli_asleep]}")
        now = api.emulator.clock.now()
        kept = Token("t-kept", TokenKind.TENANT, "cli_asleep", TENANT, now + 7200)
        with api.emulator.store.transaction(write=True):
            api.emulator.store.add_token(kept)  # fetched before the app was switched off

        assert call(api, operation, "oc_team", token=kept.token).code == 232034

    @all_show(MENUS, errors=[232014])
    @each_menu_operation
    def test_missing_scope_is_232014_where_the_call_itself_finds_it(self, make, operation):
        api = make(readings="missing_scope: operation", app='scopes: ["im:chat:create"]')

        assert call(api, operation, "oc_nothing").code == 232014

    @all_show(TABS, errors=[232024])
    @each_tab_operation
    def test_app_must_be_visible_to_the_person(self, make, operation):
        api = make(groups="  - {chat_id: oc_team, members: [Hidden]}")

        assert call(api.as_user("ou_hidden"), operation, "oc_team").code == 232024


class TestChat:
    @all_show(TABS, errors=[232006])
    @each_tab_operation
    @pytest.mark.parametrize("chat_id", ["oc_nothing", "nonsense"])
    def test_chat_id_of_tabs_must_exist(self, api, operation, chat_id):
        assert call(api, operation, chat_id).code == 232006

    @all_show(MENUS, errors=[232001])
    @each_menu_operation
    def test_unknown_chat_is_232001_for_menus_because_their_pages_have_no_code_for_it(self, api, operation):
        assert call(api, operation, "oc_nothing").code == 232001

    @all_show(TAB_WRITES, errors=[232009])
    @all_show(menus_that_list(232009), errors=[232009])
    @pytest.mark.parametrize("status", ["dissolved", "dissolved_save"])
    @pytest.mark.parametrize("operation", [*TAB_WRITES, *MENUS])
    def test_dissolved_chat_is_232009(self, make, operation, status):
        api = make(groups=f"  - {{chat_id: oc_gone, chat_status: {status}}}")

        assert call(api, operation, "oc_gone").code == 232009

    @shows_error("chat_tab_list", 232011)
    def test_nobody_is_in_a_dissolved_chat_who_could_list_its_tabs(self, make):
        api = make(groups="  - {chat_id: oc_gone, chat_status: dissolved}")

        assert call(api, "chat_tab_list", "oc_gone").code == 232011

    @all_show(TABS, rules=["must belong to the same tenant"], errors=[232010])
    @each_tab_operation
    def test_internal_chat_of_another_tenant_is_232010_for_bots_and_people(self, make, operation):
        api = make(groups="  - {chat_id: oc_theirs, tenant: elsewhere, owner: Stranger}")

        assert call(api, operation, "oc_theirs").code == 232010
        assert call(api.as_user("ou_lilei"), operation, "oc_theirs").code == 232010

    @each_menu_operation
    def test_internal_chat_of_another_tenant_has_no_bot_of_ours_whose_menu_call_could_pass(
        self, make, operation
    ):
        api = make(groups="  - {chat_id: oc_theirs, tenant: elsewhere, owner: Stranger}")

        assert call(api, operation, "oc_theirs").code == 232011

    @all_show([*TABS, *MENUS], errors=[232033])
    @each_operation
    def test_external_chat_needs_the_external_sharing_ability(self, make, operation):
        api = make(groups="  - {chat_id: oc_shared, external: true}")

        assert call(api, operation, "oc_shared").code == 232033

    @all_show(TABS, rules=["must belong to the same tenant"])
    @each_operation
    def test_external_chat_may_belong_to_another_tenant(self, make, operation):
        api = make(
            app="external_sharing: true",
            groups=f"  - {{chat_id: oc_shared, tenant: elsewhere, external: true, owner: Stranger, bots: [{OURS}]}}",
        )

        assert call(api, operation, "oc_shared").code == PASSED[operation]

    @all_show(TABS, rules=["Only chats with chat_mode group or p2p"], errors=[232050])
    @each_tab_operation
    def test_tabs_are_for_groups_and_p2p_chats_only(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_topic, chat_mode: topic, owner: Kate, bots: [{OURS}]}}\n"
            f"  - {{chat_id: oc_p2p, chat_mode: p2p, owner: Kate, bots: [{OURS}]}}"
        )

        assert call(api, operation, "oc_topic").code == 232050
        assert call(api, operation, "oc_p2p").code == PASSED[operation]

    @all_show(MENUS, rules=["Only chats with chat_mode group are supported"])
    @all_show(menus_that_list(232008), errors=[232008])
    @each_menu_operation
    @pytest.mark.parametrize("mode", ["topic", "p2p"])
    def test_menus_are_for_groups_only(self, make, operation, mode):
        api = make(groups=f"  - {{chat_id: oc_x, chat_mode: {mode}, owner: Kate, bots: [{OURS}]}}")

        assert call(api, operation, "oc_x").code == 232008

    @pytest.mark.parametrize(
        ("operation", "state", "code"),
        [
            *((name, "chat_mode: p2p", 232001) for name in WITH_UNLISTED_CODES[232008]),
            *((name, "chat_status: dissolved", 232001) for name in WITH_UNLISTED_CODES[232009]),
            ("chat_menu_tree_create", "chat_mode: p2p", 232008),
            ("chat_menu_tree_create", "chat_status: dissolved", 232009),
            ("chat_menu_tree_sort", "chat_status: dissolved", 232009),
        ],
    )
    def test_other_reading_answers_232001_where_the_page_lists_no_code(self, make, operation, state, code):
        api = make(readings="unlisted_menu_codes: '232001'", groups=f"  - {{chat_id: oc_x, {state}}}")

        assert call(api, operation, "oc_x").code == code


class TestOperator:
    @all_show(TABS, rules=["must be a member of the chat"], errors=[232011])
    @all_show(MENUS, rules=["must be a member of the chat"], errors=[232011])
    @each_operation
    def test_bot_must_be_in_the_chat(self, api, operation):
        chat_id = api.create()

        assert call(api.of(OTHER), operation, chat_id).code == 232011
        assert call(api, operation, chat_id).code == PASSED[operation]

    @all_show(TABS, rules=["must be a member of the chat"], errors=[232011])
    @each_tab_operation
    def test_person_must_be_in_the_chat_and_the_bot_need_not(self, make, operation):
        api = make(groups="  - {chat_id: oc_kate, owner: Kate}")

        assert call(api.as_user("ou_lilei"), operation, "oc_kate").code == 232011
        assert call(api.as_user("ou_kate"), operation, "oc_kate").code == PASSED[operation]

    @all_show(MENUS, rules=["Only a tenant token is accepted"])
    @all_show(["menus"], errors=[99991668])
    @each_menu_operation
    def test_menus_take_no_user_token(self, make, operation):
        api = make(groups="  - {chat_id: oc_kate, owner: Kate}")

        assert call(api.as_user("ou_kate"), operation, "oc_kate").code == 99991668

    @all_show(TAB_WRITES, rules=["who can manage tabs"], errors=[232055])
    @all_show(MENU_WRITES, rules=["who can manage tabs"], errors=[232055])
    @each_write
    def test_reserved_tabs_and_menus_are_for_owner_and_managers_even_against_the_creator(
        self, make, operation
    ):
        api = make(
            groups=f"  - {{chat_id: oc_x, owner: Kate, created_by: {OURS}, bots: [{OURS}], tabs_and_menus_reserved: true}}"
        )
        assert call(api, operation, "oc_x").code == 232055

        api.emulator.acts.add_managers("oc_x", [OURS])
        assert call(api, operation, "oc_x").code == PASSED[operation]

        api.emulator.acts.remove_managers("oc_x", [OURS])
        api.emulator.acts.transfer("oc_x", OURS)
        assert call(api, operation, "oc_x").code == PASSED[operation]

    @all_show(TAB_WRITES, rules=["who can manage tabs"], errors=[232055])
    @pytest.mark.parametrize("operation", TAB_WRITES)
    def test_reserved_tabs_are_for_people_who_own_or_manage_the_chat(self, make, operation):
        api = make(
            groups="  - {chat_id: oc_x, owner: Kate, managers: [Jim], members: [李雷], tabs_and_menus_reserved: true}"
        )

        codes = [
            call(api.as_user(person), operation, "oc_x").code for person in ("ou_lilei", "ou_jim", "ou_kate")
        ]

        assert codes == [232055, PASSED[operation], PASSED[operation]]

    @all_show([*TAB_WRITES, *MENU_WRITES], rules=["who can manage tabs"])
    @each_write
    def test_unreserved_tabs_and_menus_are_for_every_member(self, make, operation):
        api = make(groups=f"  - {{chat_id: oc_x, owner: Kate, bots: [{OURS}]}}")

        assert call(api, operation, "oc_x").code == PASSED[operation]

    @pytest.mark.parametrize("operation", ["chat_tab_list", "chat_menu_tree_get"])
    def test_everybody_in_the_chat_may_read_what_is_reserved(self, make, operation):
        api = make(
            groups=f"  - {{chat_id: oc_x, owner: Kate, bots: [{OURS}], tabs_and_menus_reserved: true}}"
        )

        assert call(api, operation, "oc_x").code == 0

    @pytest.mark.parametrize("operation", ["chat_tab_create", "chat_menu_tree_create"])
    @pytest.mark.parametrize(
        ("scopes", "code"), [("all", 0), ('["im:chat"]', 232055)], ids=["with", "without"]
    )
    def test_other_reading_exempts_the_creator_with_operate_as_owner(self, make, operation, scopes, code):
        api = make(
            readings="creator_on_reserved: allowed",
            app=f"scopes: {scopes}",
            groups=f"  - {{chat_id: oc_x, owner: Kate, created_by: {OURS}, bots: [{OURS}], tabs_and_menus_reserved: true}}",
        )

        assert call(api, operation, "oc_x").code == code

    def test_no_field_of_a_chat_tells_or_sets_who_manages_tabs_and_menus(self, api):
        chat_id = api.create()
        before = api.get(chat_id)

        api.emulator.acts.reserve_tabs_and_menus(chat_id)

        assert api.get(chat_id) == before


class TestMenuInUse:
    @all_show(
        ["chat_menu_tree_create", "chat_menu_tree_delete", "chat_menu_item_patch"],
        rules=["Only one change of a menu can run at a time"],
        errors=[232073],
    )
    @pytest.mark.parametrize("way", ["in-process"])  # over a socket nothing makes two calls meet
    @pytest.mark.parametrize("operation", MENU_WRITES)
    def test_second_change_meanwhile_is_232073_and_may_come_later(self, api, operation):
        chat_id = api.create()

        async def twice():
            requests = [
                api.request(operation, chat_id, body=BODIES[operation], **path_of(operation))
                for _ in range(2)
            ]
            return await asyncio.gather(*requests)

        assert sorted(answer.json()["code"] for answer in api.run(twice())) == sorted(
            [PASSED[operation], 232073]
        )
        assert call(api, operation, chat_id).code == PASSED[operation]


class TestCommonErrors:
    """The codes of the gateway: places `tabs` and `menus`."""

    @all_show(["tabs", "menus"], errors=[99991661])
    @each_operation
    def test_call_without_a_token(self, api, operation):
        assert call(api, operation, "oc_x", token="").code == 99991661

    @all_show(["tabs", "menus"], errors=[99991663])
    @each_operation
    def test_tenant_token_ends_after_two_hours(self, api, operation):
        api.sign_in()

        api.emulator.move_clock(7200)

        assert call(api, operation, "oc_x").code == 99991663

    @all_show(["tabs"], errors=[99991668])
    @each_tab_operation
    def test_user_token_that_nobody_has(self, api, operation):
        assert call(api, operation, "oc_x", token="u-nobody").code == 99991668

    @all_show(["tabs", "menus"], errors=[99991672])
    @each_operation
    def test_app_needs_one_of_the_scopes(self, make, operation):
        scopes = operations()[operation].document["x-scopes-any"]
        without = make(app='scopes: ["im:message"]')
        assert call(without, operation, "oc_nothing").code == 99991672

        for scope in scopes:
            api = make(app=f'scopes: ["im:chat:create", "{scope}"]')
            assert call(api, operation, api.create()).code == PASSED[operation]

    @all_show(["tabs"], errors=[99991679])
    @each_tab_operation
    def test_person_must_have_granted_one_of_the_scopes(self, make, operation):
        api = make(groups="  - {chat_id: oc_kate, owner: Kate}")

        for scope in operations()[operation].document["x-scopes-any"]:
            person = api.as_user("ou_kate", scopes=[scope])
            assert call(person, operation, "oc_kate").code == PASSED[operation]
        nobody = api.as_user("ou_kate", scopes=["im:message"])
        assert call(nobody, operation, "oc_kate").code == 99991679

    @pytest.mark.parametrize(("document", "code"), scripted("menus", 99991679))
    def test_scope_of_a_person_is_out_of_question_where_user_tokens_are_not_taken(self, api, document, code):
        operation = next(name for name in MENUS if operations()[name].file == document)
        api.emulator.faults.add(Fault(FaultKind.ANSWER, operation, code=code))

        assert call(api, operation, "oc_x").code == code

    @all_show(["tabs", "menus"], errors=[99992402])
    @pytest.mark.parametrize(
        ("operation", "body", "field"),
        [
            ("chat_tab_create", {}, "chat_tabs"),
            ("chat_tab_delete", {"tab_ids": []}, "tab_ids"),
            ("chat_menu_tree_create", {}, "menu_tree"),
            ("chat_menu_tree_delete", {"chat_menu_top_level_ids": [""]}, "chat_menu_top_level_ids[0]"),
            ("chat_menu_tree_sort", {}, "chat_menu_top_level_ids"),
            (
                "chat_menu_item_patch",
                {"update_fields": ["NAME", "NAME"], "chat_menu_item": {"name": "A"}},
                "update_fields",
            ),
        ],
    )
    def test_broken_declared_rules_are_named(self, api, operation, body, field):
        answer = api.call(operation, "oc_x", body=body, **path_of(operation))

        assert (answer.code, answer.violations) == (99992402, [field])

    @all_show(["tabs", "menus"], errors=[9499])
    @pytest.mark.parametrize(
        ("operation", "body"),
        [
            *((name, b"{") for name in [*TAB_WRITES, *MENU_WRITES]),
            ("chat_tab_create", {"chat_tabs": {}}),
            ("chat_tab_update", {"chat_tabs": [{"tab_id": 1}]}),
            ("chat_tab_delete", {"tab_ids": "1"}),
            ("chat_tab_sort", {"tab_ids": [1]}),
            ("chat_menu_tree_create", {"menu_tree": []}),
            ("chat_menu_tree_delete", {"chat_menu_top_level_ids": [1]}),
            ("chat_menu_tree_sort", {"chat_menu_top_level_ids": [1]}),
            ("chat_menu_item_patch", {"update_fields": "NAME", "chat_menu_item": {}}),
        ],
    )
    def test_broken_json_and_wrong_types(self, api, operation, body):
        assert api.call(operation, "oc_x", body=body, **path_of(operation)).code == 9499

    @all_show(["tabs", "menus"], errors=[99991400])
    @pytest.mark.parametrize("operation", ["chat_tab_list", "chat_menu_tree_get"])
    def test_fifty_calls_a_second_and_no_more(self, api, operation):
        answers = [call(api, operation, "oc_x") for _ in range(51)]

        assert answers[49].status == 400
        assert (answers[50].status, answers[50].code) == (429, 99991400)


class TestConventions:
    @each_operation
    def test_success_is_http_200_with_code_0_and_no_field_is_null(self, make, operation):
        api = make(groups="  - {chat_id: oc_x, tabs: [{link: 'https://a.example'}], menus: [{name: A}]}")
        tabs, menus = api.tabs("oc_x"), api.menus("oc_x")
        bodies = {
            **BODIES,
            "chat_tab_update": {"chat_tabs": [{"tab_id": tabs[2]["tab_id"], **LINK}]},
            "chat_tab_delete": {"tab_ids": [tabs[2]["tab_id"]]},
            "chat_tab_sort": {"tab_ids": [tab["tab_id"] for tab in tabs]},
            "chat_menu_tree_delete": {"chat_menu_top_level_ids": [menus[0]["chat_menu_top_level_id"]]},
            "chat_menu_tree_sort": {"chat_menu_top_level_ids": [menus[0]["chat_menu_top_level_id"]]},
        }
        path = {"menu_item_id": menus[0]["chat_menu_top_level_id"]} if path_of(operation) else {}

        answer = api.call(operation, "oc_x", body=bodies[operation], **path)

        assert (answer.status, answer.code) == (200, 0)
        assert b"null" not in answer.response.content

    @all_show(["chat_tab_delete", "chat_menu_tree_delete"], rules=["The HTTP method is DELETE"])
    @pytest.mark.parametrize(
        ("operation", "path"),
        [("chat_tab_delete", "chat_tabs/delete_tabs"), ("chat_menu_tree_delete", "menu_tree")],
    )
    def test_ids_to_delete_travel_in_the_body_of_a_delete(self, api, operation, path):
        chat_id = api.create()
        url = f"/open-apis/im/v1/chats/{chat_id}/{path}"
        headers = {"Authorization": f"Bearer {api.sign_in()}"}
        name = next(iter(BODIES[operation]))

        in_body = api.send("DELETE", url, body={name: ["1"]}, headers=headers)
        in_query = api.send("DELETE", url, query={name: "1"}, headers=headers)

        assert in_body.code == 232001
        assert in_query.code == 9499
        assert api.send("PUT", url, body={name: ["1"]}, headers=headers).status == 404
