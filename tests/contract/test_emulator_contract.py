"""The emulator agrees with the API description: answers, table of operations, codes, role matrices.

Every answer of the unit tests is checked against the response schemas as well (tests/support/pretend.py);
here each operation is called once in success and in refusal, so that none is left out.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.emulator.routes import BY_ID, OPERATIONS
from tests.support.calls import MENU, calls
from tests.support.contract import CONTRACTS, check_answer, load_contract, operations
from tests.support.pretend import OTHER, OURS, Pretend, pretend

PATH = {"menu_item_id": "1", "user_id": "ou_nobody", "block_id": "doxcn_nothing"}
"""Values of the path's parameters, beside chat_id, that name nothing."""


@pytest.fixture
def api():
    api = pretend(groups="  - {chat_id: oc_old, announcement: {type: doc}}")
    yield api
    api.close()


class TestTable:
    """Method, path, scopes and rate limit of every row are those of the description."""

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
    def test_row(self, operation):
        described = operations()[operation.operation_id]

        assert (operation.method, operation.path) == (described.method, described.path)
        assert set(operation.scopes) == set(described.document["x-scopes-any"])
        assert operation.tokens == tuple(described.document["x-tokens"])
        assert operation.user_scopes == tuple(
            described.document.get("x-scopes-user-all", operation.user_scopes)
        )
        assert (operation.body is not None) == ("requestBody" in described.document)
        limits = described.document["x-rate-limit"]
        windows = {window.seconds: window.calls for window in operation.windows}
        assert windows == {
            seconds: limits[name]
            for name, seconds in (("per_second", 1.0), ("per_minute", 60.0))
            if name in limits
        }
        assert str(operation.over_limit) in limits.get("over_limit", "HTTP 429")

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
    def test_query_parameters_are_known_with_their_defaults(self, operation):
        described = operations()[operation.operation_id]
        document = load_contract(described.file)
        found = {}
        for named in described.document.get("parameters", []):
            shared = document["components"]["parameters"]
            parameter = shared[named["$ref"].rpartition("/")[2]] if "$ref" in named else named
            if parameter["in"] == "query":
                found[parameter["name"]] = parameter["schema"].get("default")

        assert operation.query.fields.keys() == found.keys()
        for name, default in found.items():
            if default is not None:
                assert operation.query.fields[name].default == default

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
    def test_body_fields_are_those_of_the_description(self, operation):
        if operation.body is None:
            return
        described = operations()[operation.operation_id]
        content = described.document["requestBody"]["content"]
        schema = content["multipart/form-data" if operation.form else "application/json"]["schema"]
        if "$ref" in schema:
            schema = load_contract(described.file)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]

        sdk_only = described.document.get("x-sdk-only-fields", {}).get("request_body", [])
        assert operation.body.fields.keys() - set(sdk_only) == schema["properties"].keys()


SORTS = {"chat_tab_sort", "chat_menu_tree_sort"}
"""Their bodies name what there is at that moment, so they have a test of their own."""


def test_every_operation_succeeds_as_described(api):
    for operation, arguments in calls(api).items():
        assert api.call(operation, **arguments).code == 0, operation


def test_sorts_succeed_as_described(api):
    chat_id = api.create()
    api.call("chat_menu_tree_create", chat_id, body=MENU)
    tab_ids = [tab["tab_id"] for tab in api.tabs(chat_id)]
    menu_ids = [menu["chat_menu_top_level_id"] for menu in api.menus(chat_id)]

    assert api.call("chat_tab_sort", chat_id, body={"tab_ids": tab_ids}).code == 0
    assert api.call("chat_menu_tree_sort", chat_id, body={"chat_menu_top_level_ids": menu_ids}).code == 0


def test_no_operation_is_left_out(api):
    assert calls(api).keys() | SORTS == {operation.operation_id for operation in OPERATIONS}


@pytest.mark.parametrize("operation", [each.operation_id for each in OPERATIONS if each.tokens])
def test_refusals_are_as_described(api, operation):
    plain: dict[str, Any] = {"body": {}} if BY_ID[operation].body else {}

    for answer in (
        api.call(operation, "oc_nothing", token="t-wrong", **plain, **PATH),
        api.call(operation, "oc_nothing", **plain, **PATH),
        api.call(operation, "oc_nothing", body=b"{", **PATH),
    ):
        check_answer(operation, answer.status, "application/json", answer.body)


class TestDescription:
    @pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*.openapi.yaml")), ids=lambda path: path.name)
    def test_contract_is_part_of_the_repository(self, path):
        assert load_contract(path.name.removesuffix(".openapi.yaml"))["openapi"].startswith("3.1")

    def test_check_finds_a_wrong_answer(self):
        with pytest.raises(AssertionError, match="user_count"):
            check_answer(
                "chat_get", 200, "application/json", {"code": 0, "msg": "ok", "data": {"user_count": 1}}
            )

    def test_example_requests_of_the_description_are_understood(self, api):
        """Examples name people who do not exist here; nothing in them is malformed."""
        for operation in OPERATIONS:
            if operation.body is None or operation.form:
                continue
            document = operations()[operation.operation_id].document
            content = document["requestBody"]["content"]["application/json"]
            examples = [named["value"] for named in content.get("examples", {}).values()]
            query = {
                parameter["name"]: parameter["example"]
                for parameter in document.get("parameters", [])
                if parameter.get("in") == "query" and parameter["required"]
            }

            for example in examples or [content["example"]]:
                answer = api.call(operation.operation_id, "oc_nothing", body=example, query=query, **PATH)

                assert answer.code not in {9499, 99992402}, operation.operation_id

    def test_schemas_are_valid_json_schemas(self):
        for name in ("announcements", "chats", "members", "menus", "platform", "tabs"):
            for schema in load_contract(name)["components"]["schemas"].values():
                Draft202012Validator.check_schema(schema)


# ---- roles

ROLES = {
    "owner": f"owner: {OURS}, members: [Jim, Kate]",
    "creator_bot": f"owner: Kate, created_by: {OURS}, bots: [{OURS}], members: [Jim]",
    "manager": f"owner: Kate, managers: [{OURS}], members: [Jim]",
    "member": f"owner: Kate, bots: [{OURS}], members: [Jim]",
    "outside": "owner: Kate, members: [Jim]",
}

ROLE_CALLS: dict[str, dict[str, Any]] = {
    "chat_get": {},
    "chat_update": {"body": {"at_all_permission": "only_owner"}},
    "chat_delete": {},
    "chat_link": {"body": {}},
    "chat_top_notice_put": {"body": {"chat_top_notice": [{"action_type": "2"}]}},
    "chat_top_notice_delete": {},
    "chat_moderation_get": {},
    "chat_moderation_update": {"body": {"moderation_setting": "only_owner"}},
}


def in_role(role: str, settings: str = "{}", scopes: str = "all") -> Pretend:
    return pretend(
        app=f"scopes: {scopes}",
        groups=f"  - {{chat_id: oc_x, name: Team, {ROLES[role]}, settings: {settings}}}",
    )


def codes_in(text: str) -> list[int]:
    return [int(code) for code in re.findall(r"\b232\d{3}\b", text)]


def matrix() -> list[tuple[str, str, str]]:
    rows = load_contract("chats")["info"]["x-role-matrix"]
    return [
        (row["operation"], role, str(row[role]))
        for row in rows
        if row["operation"] in ROLE_CALLS
        for role in ROLES
    ]


@pytest.mark.parametrize(("operation", "role", "expected"), matrix())
def test_role_matrix_of_chats(operation, role, expected):
    """chats.openapi.yaml, info.x-role-matrix: the first code in the text is the answer unless it begins with ok."""
    api = in_role(role)
    codes = [] if expected.startswith("ok") else codes_in(expected)

    answer = api.call(operation, "oc_x", **ROLE_CALLS[operation])

    assert answer.code == (codes[0] if codes else 0)
    if "reduced view" in expected:
        assert "chat_mode" not in answer.data
    api.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation", ["chat_link", "chat_top_notice_put", "chat_top_notice_delete"])
def test_role_matrix_of_chats_while_sharing_and_pins_are_reserved(operation, role):
    """The creator is as manager or member, here the latter; every code in a text counts."""
    (row,) = [row for row in load_contract("chats")["info"]["x-role-matrix"] if row["operation"] == operation]
    codes = codes_in(str(row["member" if role == "creator_bot" else role]))
    api = in_role(role, "{add_member_permission: only_owner}")
    api.emulator.acts.reserve_pins("oc_x")

    assert api.call(operation, "oc_x", **ROLE_CALLS[operation]).code == (codes[0] if codes else 0)
    api.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("chat_type", ["public", "private"])
def test_chat_search_finds_what_is_public_to_the_caller_or_has_it_in(role, chat_type):
    api = in_role(role, f"{{chat_type: {chat_type}}}")

    found = bool(api.call("chat_search", query={"query": "team"}).data["items"])

    assert found == (role != "outside" or chat_type == "public")
    api.close()


def test_member_may_change_nothing_while_edit_permission_is_only_owner():
    api = in_role("member", "{edit_permission: only_owner}")

    assert api.call("chat_update", "oc_x", body={"name": "x"}).code == 232002
    api.close()


@pytest.mark.parametrize("operation", ["chat_update", "chat_delete", "chat_moderation_update"])
def test_creator_without_operate_as_owner_is_a_plain_member(operation):
    api = in_role("creator_bot", scopes='["im:chat"]')

    assert api.call(operation, "oc_x", **ROLE_CALLS[operation]).code in {232016, 232017}
    api.close()


@pytest.mark.parametrize("role", ROLES)
def test_chat_list_shows_members_only(role):
    api = in_role(role)

    assert bool(api.call("chat_list").data["items"]) == (role != "outside")
    api.close()


class TestPermissionMatrixOfMembers:
    """members.openapi.yaml, info.x-permission-matrix."""

    MATRIX = load_contract("members")["info"]["x-permission-matrix"]
    NAMES = {"owner": "owner", "manager": "manager", "creator_bot": "creator_bot", "member": "member"}

    @pytest.mark.parametrize("role", NAMES)
    @pytest.mark.parametrize("permission", ["all_members", "only_owner"])
    def test_add(self, role, permission):
        allowed = self.MATRIX["chat_members_create"][f"add_member_permission_{permission}"]
        api = in_role(role, f"{{add_member_permission: {permission}}}")

        answer = api.call("chat_members_create", "oc_x", body={"id_list": ["ou_lilei"]})

        assert answer.code == (0 if {role, f"{role}_with_operate_as_owner"} & set(allowed) else 232017)
        api.close()

    @pytest.mark.parametrize("role", NAMES)
    def test_remove_others(self, role):
        allowed = self.MATRIX["chat_members_delete_others"]
        api = in_role(role)

        answer = api.call("chat_members_delete", "oc_x", body={"id_list": ["ou_jim"]})

        assert answer.code == (0 if {role, f"{role}_with_operate_as_owner"} & set(allowed) else 232014)
        api.close()

    @pytest.mark.parametrize("role", NAMES)
    def test_remove_self(self, role):
        api = in_role(role)
        query = {"member_id_type": "app_id"}

        assert api.call("chat_members_delete", "oc_x", body={"id_list": [OURS]}, query=query).code == 0
        api.close()

    @pytest.mark.parametrize("role", NAMES)
    @pytest.mark.parametrize("operation", ["chat_managers_add_managers", "chat_managers_delete_managers"])
    def test_managers(self, role, operation):
        api = in_role(role)

        answer = api.call(operation, "oc_x", body={"manager_ids": ["ou_jim"]})

        assert self.MATRIX[operation] == ["owner"]
        assert answer.code == (0 if role == "owner" else 232038)
        api.close()

    @pytest.mark.parametrize("role", [*NAMES, "outside"])
    def test_join(self, role):
        api = in_role(role, "{chat_type: public}")

        answer = api.call("chat_members_me_join", "oc_x")

        assert self.MATRIX["chat_members_me_join"] == ["anyone not yet in a public chat"]
        assert answer.code == 0
        assert OURS in api.emulator.acts.chat("oc_x")["members"]
        api.close()

    @pytest.mark.parametrize("role", [*NAMES, "outside"])
    def test_reads(self, role):
        api = in_role(role)

        assert api.call("chat_members_get", "oc_x").code == (232011 if role == "outside" else 0)
        assert api.call("chat_members_is_in_chat", "oc_x").data == {"is_in_chat": role != "outside"}
        api.close()


def test_other_app_is_no_role_of_ours():
    api = in_role("owner")

    assert api.of(OTHER).call("chat_delete", "oc_x").code == 232011
    api.close()
