"""Open questions about groups: each test takes the reading of chats.openapi.yaml first, then the other one.

Source: x-open-questions of the chat operations, wire-behaviour.md section 14.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.groups import group
from tests.support.pretend import CROWD, OTHER, OURS, Answer, Pretend
from tests.support.rows import shows_error, shows_rule

CHATS = "/open-apis/im/v1/chats"
ON = {"status": True, "screenshot_has_permission_setting": "not_anyone"}
KATES = group(name="Lunch", owner="Kate", members=["Jim", "李雷"], bots=[OURS])


def unchecked(api: Pretend, path: str) -> Answer:
    """Read `path` without the check against the description: what some readings answer breaks its schema."""
    headers = {"Authorization": f"Bearer {api.token or api.sign_in()}"}
    return api.send("GET", f"{CHATS}/{path}", headers=headers)


class TestBodies:
    @pytest.mark.parametrize(("reading", "violations"), [("ignored", None), ("refused", ["colour"])])
    def test_fields_that_nobody_knows(self, make, reading, violations):
        api = make(readings=f"unknown_fields: {reading}")

        answer = api.call("chat_create", body={"name": "Team", "colour": "red"})

        assert (answer.violations if answer.code else None) == violations

    def test_nested_fields_that_nobody_knows(self, make):
        api = make(readings="unknown_fields: refused")

        answer = api.call("chat_create", body={"i18n_names": {"fr_fr": "Équipe"}})

        assert answer.violations == ["fr_fr"]

    def test_fields_of_the_sdk_are_ignored_whatever_they_hold_and_never_shown(self, make):
        api = make(groups=KATES)
        body = {"labels": 5, "pin_manage_setting": {}, "toolkit_ids": "x", "chat_tags": True, "external": 0}

        made = api.call("chat_create", body=body).data
        assert api.call("chat_update", "oc_x", body={**body, "description": "x"}).code == 0

        shown = [made, api.get("oc_x"), *api.call("chat_list").data["items"]]
        assert not any({"labels", "toolkit_ids", "pin_manage_setting"} & view.keys() for view in shown)
        assert "chat_mode" not in shown[-1]

    @pytest.mark.parametrize(
        ("operation", "body", "code"),
        [
            pytest.param("chat_create", {"labels": ["7"]}, 232037, id="labels at create"),
            pytest.param("chat_update", {"labels": ["7"]}, 232037, id="labels at update"),
            pytest.param("chat_create", {"chat_tags": ["ocic"]}, 232095, id="tags at create"),
        ],
    )
    @shows_error("chat_create", 232037, 232095)
    @shows_error("chat_update", 232037)
    def test_fields_of_the_sdk_need_scopes_that_nobody_has(self, make, operation, body, code):
        api = make(readings="sdk_only_fields: served")

        assert api.call(operation, api.create(), body=body).code == code

    def test_fields_of_the_sdk_are_shown_and_who_may_pin_is_written(self, make):
        api = make(readings="sdk_only_fields: served")
        chat_id = api.create(pin_manage_setting="only_owner", labels=[])

        made = api.get(chat_id)
        api.call("chat_update", chat_id, body={"pin_manage_setting": "all_members"})
        refused = api.call("chat_update", chat_id, body={"pin_manage_setting": "nobody"})

        (item,) = api.call("chat_list").data["items"]
        assert (made["labels"], made["toolkit_ids"], made["pin_manage_setting"]) == ([], [], "only_owner")
        assert api.get(chat_id)["pin_manage_setting"] == "all_members"
        assert refused.code == 232001
        assert (item["labels"], item["chat_mode"]) == ([], "group")

    def test_fields_of_the_sdk_are_beyond_a_plain_member_where_they_count(self, make):
        body = {"pin_manage_setting": "only_owner"}
        served = make(groups=KATES, readings="sdk_only_fields: served")

        assert make(groups=KATES).call("chat_update", "oc_x", body=body).code == 0
        assert served.call("chat_update", "oc_x", body=body).code == 232016

    @pytest.mark.parametrize(
        ("user_id_type", "unknown", "code"),
        [
            ("open_id", "ou_nobody", 99992351),
            ("user_id", "nobody", 99992360),
            ("union_id", "on_nobody", 99992364),
        ],
    )
    def test_ids_that_mean_nobody_may_be_refused_by_the_gateway(self, make, user_id_type, unknown, code):
        api = make(readings="unknown_user_ids: gateway")
        query = {"user_id_type": user_id_type}

        answers = [
            api.call("chat_create", body={"owner_id": unknown}, query=query),
            api.call("chat_create", body={"user_id_list": [unknown]}, query=query),
            api.call("chat_update", api.create(), body={"owner_id": unknown}, query=query),
        ]

        assert [answer.code for answer in answers] == [code] * 3

    @shows_error("chats", 99992351)
    def test_open_id_that_means_nobody_in_a_list_of_moderators(self, api, make):
        strict = make(readings="unknown_user_ids: gateway")
        body = {"moderation_setting": "moderator_list", "moderator_added_list": ["ou_nobody"]}

        assert api.call("chat_moderation_update", api.create(), body=body).code == 0
        assert strict.call("chat_moderation_update", strict.create(), body=body).code == 99992351

    @pytest.mark.parametrize(
        ("operation", "body"),
        [
            ("chat_create", {"chat_type": "secret"}),
            ("chat_update", {"chat_type": "secret"}),
            ("chat_moderation_update", {"moderation_setting": "nobody"}),
        ],
    )
    @shows_error("chats", 99992402)
    def test_value_outside_its_enum_is_refused_dropped_or_refused_by_the_group_service(
        self, make, operation, body
    ):
        readings = ("unknown_enum: refused", "unknown_enum: dropped", "declared_rules: operation")
        made = [make(readings=reading) for reading in readings]

        answers = [api.call(operation, api.create(), body=body) for api in made]

        assert [(answer.status, answer.code) for answer in answers] == [
            (400, 99992402),
            (200, 0),
            (400, 232001),
        ]

    def test_dropped_value_leaves_the_field_and_the_others_are_written(self, make):
        api = make(readings="unknown_enum: dropped")
        chat_id = api.create(chat_mode="topic", group_message_type="thread")

        api.call("chat_update", chat_id, body={"group_message_type": "topics", "description": "x"})

        detail = api.get(chat_id)
        assert (detail["chat_mode"], detail["group_message_type"], detail["description"]) == (
            "group",
            "thread",
            "x",
        )


class TestCreate:
    def test_person_may_not_create_unless_the_platform_takes_it(self, make):
        later = make(readings="user_token_of_create: taken", app='scopes: ["im:chat:create_by_user"]')
        without = make(readings="user_token_of_create: taken", app='scopes: ["im:chat"]')

        assert make().as_user("ou_kate").call("chat_create", body={}).code == 99991668
        assert without.as_user("ou_kate").call("chat_create", body={}).code == 99991672
        assert later.as_user("ou_kate").call("chat_create", body={}).code == 0

    def test_person_who_creates_owns_the_group_and_the_bot_stays_out(self, make):
        api = make(readings="user_token_of_create: taken").as_user("ou_kate")

        chat_id = api.create(name="Team", user_id_list=["ou_jim"], set_bot_manager="true")

        detail = api.get(chat_id)
        assert (detail["owner_id"], detail["user_count"], detail["bot_count"]) == ("ou_kate", "2", "0")
        assert detail["bot_manager_id_list"] == []

    def test_person_invites_whoever_may_work_together_with_it(self, make):
        api = make(
            readings="user_token_of_create: taken",
            users="  - {name: Shy, open_id: ou_shy, user_id: shy, union_id: on_shy, blocks: [Kate]}",
        ).as_user("ou_kate")

        assert api.call("chat_create", body={"user_id_list": ["ou_hidden"], "bot_id_list": [OURS]}).code == 0
        assert api.call("chat_create", body={"user_id_list": ["ou_shy"]}).code == 232043

    def test_spent_uuid_answers_the_same_group_or_232068(self, make):
        lenient, strict = make(), make(readings="spent_uuid: refused")
        first = [api.create(name="Team", uuid="once") for api in (lenient, strict)]

        assert lenient.create(name="Team", uuid="once") == first[0]
        assert strict.call("chat_create", body={"name": "Team"}, query={"uuid": "once"}).code == 232068
        assert len(strict.emulator.acts.chats()) == 1

    @pytest.mark.parametrize(
        ("reading", "names"),
        [("absent", set()), ("placeholder", {"(无主题)"}), ("empty", {""})],
    )
    def test_name_of_a_group_without_one(self, make, reading, names):
        api = make(readings=f"name_of_nameless: {reading}")

        made = api.call("chat_create", body={}).data

        reduced = api.of(OTHER).get(made["chat_id"])
        (item,) = api.call("chat_list").data["items"]
        assert made["name"] == "(无主题)"
        assert {view["name"] for view in (api.get(made["chat_id"]), reduced, item) if "name" in view} == names

    @pytest.mark.parametrize("code", [232001, 232021])
    def test_code_of_a_bad_picture_at_create(self, make, code):
        api = make(readings=f"bad_avatar_at_create: '{code}'")

        assert api.call("chat_create", body={"avatar": "x.png"}).code == code


class TestGet:
    @shows_error("chat_get", 232011)
    def test_caller_outside_gets_the_reduced_view_or_232011(self, make):
        lenient, strict = make(groups=group()), make(groups=group(), readings="get_from_outside: refused")

        codes = [api.of(OTHER).call("chat_get", "oc_x").code for api in (lenient, strict)]

        assert codes == [0, 232011]
        assert strict.as_user("ou_kate").call("chat_get", "oc_x").code == 232011

    @pytest.mark.parametrize(
        ("readings", "code"),
        [("get_from_outside: refused", 0), ("get_of_dissolved: refused", 232009)],
    )
    def test_dissolved_group_is_read_by_everybody_or_by_nobody(self, make, readings, code):
        api = make(readings=readings)
        chat_id = api.create()
        api.call("chat_delete", chat_id)

        assert api.call("chat_get", chat_id).code == code

    @pytest.mark.parametrize(("reading", "count"), [("real", "4"), ("zero", "0")])
    def test_counts_for_those_who_should_not_see_them(self, make, reading, count):
        groups = group(
            owner="Kate",
            members=["Jim", "李雷", "韩梅梅"],
            bots=[OURS],
            managers=["Jim"],
            settings={"hide_member_count_setting": "only_owner"},
        )
        api = make(groups=groups, readings=f"hidden_counts: {reading}")

        counts = {
            who: api.as_user(who).get("oc_x")["user_count"] for who in ("ou_kate", "ou_jim", "ou_lilei")
        }

        assert counts == {"ou_kate": "4", "ou_jim": "4", "ou_lilei": count}
        assert api.of(OTHER).get("oc_x")["user_count"] == count

    @pytest.mark.parametrize(
        ("reading", "fields"),
        [
            ("absent", {}),
            ("empty", {"owner_id_type": "open_id", "owner_id": ""}),
            ("app_id", {"owner_id_type": "app_id", "owner_id": OURS}),
        ],
    )
    def test_owner_fields_of_a_group_that_a_bot_owns(self, make, reading, fields):
        api = make(groups=group(owner=OURS), readings=f"bot_as_owner: {reading}")

        detail = unchecked(api, "oc_x").data

        assert {name: detail[name] for name in detail if name.startswith("owner_id")} == fields

    @pytest.mark.parametrize(("reading", "people", "bots"), [("no", [], []), ("yes", ["ou_kate"], [OURS])])
    def test_owner_in_the_lists_of_managers(self, make, reading, people, bots):
        groups = group("oc_a", owner="Kate", bots=[OURS]) + group("oc_b", owner=OURS)
        api = make(groups=groups, readings=f"owner_among_managers: '{reading}'")

        assert api.get("oc_a")["user_manager_id_list"] == people
        assert api.get("oc_b")["bot_manager_id_list"] == bots

    @pytest.mark.parametrize(
        ("reading", "lists"),
        [
            ("empty", {"user_manager_id_list": ["ou_jim"], "bot_manager_id_list": []}),
            ("null", {"user_manager_id_list": ["ou_jim"], "bot_manager_id_list": None}),
            ("absent", {"user_manager_id_list": ["ou_jim"]}),
        ],
    )
    def test_list_of_managers_without_anybody_in_it(self, make, reading, lists):
        api = make(groups=group(owner=OURS, managers=["Jim"]), readings=f"no_managers: '{reading}'")

        detail = unchecked(api, "oc_x").data

        assert {name: detail[name] for name in detail if name.endswith("_manager_id_list")} == lists

    @pytest.mark.parametrize(("reading", "shown"), [("shown", True), ("absent", False)])
    def test_settings_of_a_one_to_one_chat(self, make, reading, shown):
        api = make(groups=group(members=["Kate"], chat_mode="p2p"), readings=f"settings_of_p2p: {reading}")

        detail = api.get("oc_x")

        settings = {"edit_permission", "moderation_permission", "urgent_setting", "restricted_mode_setting"}
        assert settings & detail.keys() == (settings if shown else set())

    @pytest.mark.parametrize(
        ("reading", "values"),
        [
            ("slips", ["all_members", "all_members", "all_members", "thread"]),
            ("answered", ["all members"] * 3 + [" thread"]),
        ],
    )
    def test_blanks_that_the_pages_print_inside_of_values(self, make, reading, values):
        api = make(readings=f"printed_blanks: {reading}")
        chat_id = self.thread_group(api)

        detail = unchecked(api, chat_id).data

        names = ("add_member_permission", "at_all_permission", "edit_permission", "group_message_type")
        assert [detail[name] for name in names] == values

    @staticmethod
    def thread_group(api: Pretend) -> str:
        """Make a group of threads without the check of the answer."""
        headers = {"Authorization": f"Bearer {api.token or api.sign_in()}"}
        answer = api.send("POST", CHATS, body={"group_message_type": "thread"}, headers=headers)
        return str(answer.data["chat_id"])

    @shows_rule("chats", "user ids in the user_id form need the field scope")
    def test_user_ids_without_the_scope_are_refused_or_left_out(self, make):
        query, scopes = {"user_id_type": "user_id"}, 'scopes: ["im:chat"]'
        groups = group(
            owner="Kate",
            members=["Jim"],
            bots=[OURS],
            managers=["Jim"],
            moderators=["Jim"],
            settings={"moderation_permission": "moderator_list"},
        )
        lenient = make(app=scopes, groups=groups, readings="user_ids_without_scope: left_out")

        assert make(app=scopes, groups=groups).call("chat_get", "oc_x", query=query).code == 99991672
        detail = lenient.call("chat_get", "oc_x", query=query).data
        moderators = lenient.call("chat_moderation_get", "oc_x", query=query).data["items"]
        assert "owner_id" not in detail
        assert detail["user_manager_id_list"] == []
        assert [item.keys() for item in moderators] == [{"user_id_type", "tenant_key"}] * 2


class TestLists:
    @pytest.mark.parametrize("reading", ["bare", "empty_token", "same_token"])
    @pytest.mark.parametrize("operation", ["chat_list", "chat_moderation_get", "chat_members_get"])
    def test_token_of_the_last_page(self, make, operation, reading):
        api = make(groups=KATES, readings=f"last_page: {reading}")

        data = api.call(operation, "oc_x").data

        assert data["has_more"] is False
        if reading == "same_token":
            again = api.call(operation, "oc_x", query={"page_token": data["page_token"]}).data
            assert again == data
        else:
            assert data.get("page_token") == {"bare": None, "empty_token": ""}[reading]

    @pytest.mark.parametrize(("reading", "sizes"), [("full", [3, 3, 1]), ("short", [2, 2, 2, 1])])
    def test_pages_may_be_shorter_than_asked_for(self, make, reading, sizes):
        api = make(
            groups="".join(group(f"oc_{number}") for number in range(7)), readings=f"page_length: {reading}"
        )

        assert [len(page) for page in walk(api, "chat_list", "")] == sizes

    @pytest.mark.parametrize(("reading", "sizes"), [("full", [3, 3]), ("short", [2, 2, 2])])
    def test_pages_of_moderators_may_be_shorter_too(self, make, reading, sizes):
        people = [f"P{number}" for number in range(6)]
        settings = {"moderation_permission": "moderator_list"}
        groups = group(members=people, moderators=people, settings=settings)
        api = make(users=CROWD, groups=groups, readings=f"page_length: {reading}")

        assert [len(page) for page in walk(api, "chat_moderation_get", "oc_x")] == sizes

    @pytest.mark.parametrize(("reading", "listed"), [("left_out", []), ("with_history", ["oc_a", "oc_x"])])
    @pytest.mark.parametrize("sort_type", ["ByCreateTimeAsc", "ByActiveTimeDesc"])
    def test_groups_dissolved_with_their_history(self, make, sort_type, reading, listed):
        groups = group("oc_a", owner="Kate", chat_status="dissolved_save", members=["Jim"]) + KATES
        api = make(groups=groups + group("oc_b", owner="Jim"), readings=f"dissolved_in_list: {reading}")
        for chat_id, keep in (("oc_x", True), ("oc_b", False)):
            api.emulator.acts.dissolve(chat_id, keep_history=keep)

        items = api.as_user("ou_jim").call("chat_list", query={"sort_type": sort_type}).data["items"]

        assert sorted(item["chat_id"] for item in items) == listed
        assert {item["chat_status"] for item in items} <= {"dissolved_save"}


def walk(api: Pretend, operation: str, chat_id: str) -> list[list[Any]]:
    """Return the pages of a list, three wished for on each."""
    pages, query = [], {"page_size": "3"}
    while True:
        data = api.call(operation, chat_id, query=query).data
        pages.append(data["items"])
        if not data["has_more"]:
            return pages
        query["page_token"] = data["page_token"]


class TestUpdate:
    def test_person_may_update_unless_the_platform_takes_no_user_token(self, make):
        codes = [
            make(groups=KATES, readings=readings).as_user("ou_kate").call("chat_update", "oc_x", body={}).code
            for readings in ("user_token_of_update: taken", "user_token_of_update: refused")
        ]

        assert codes == [0, 99991668]

    @pytest.mark.parametrize(
        "alone", [{"add_member_permission": "only_owner"}, {"share_card_permission": "not_allowed"}], ids=str
    )
    def test_one_of_the_pair_is_refused_or_moves_the_other(self, make, alone):
        strict, lenient = make(), make(readings="permission_pair: one_is_enough")
        mismatch = {"add_member_permission": "only_owner", "share_card_permission": "allowed"}
        chat_id = lenient.create()

        assert strict.call("chat_update", strict.create(), body=alone).code == 232001
        assert lenient.call("chat_update", chat_id, body=alone).code == 0
        assert lenient.call("chat_update", chat_id, body=mismatch).code == 232001
        assert lenient.call("chat_update", chat_id, body={}).code == 0
        assert lenient.get(chat_id)["add_member_permission"] == "only_owner"
        assert lenient.get(chat_id)["share_card_permission"] == "not_allowed"

    @pytest.mark.parametrize(("reading", "code"), [("allowed", 0), ("refused", 232016)])
    def test_transfer_by_a_manager(self, make, reading, code):
        groups = group(owner="Kate", members=["Jim"], managers=[OURS])
        api = make(groups=groups, readings=f"transfer_by_manager: {reading}")

        assert api.call("chat_update", "oc_x", body={"owner_id": "ou_jim"}).code == code
        assert api.get("oc_x")["owner_id"] == ("ou_kate" if code else "ou_jim")

    @pytest.mark.parametrize(
        ("reading", "codes"), [("232001", [232001, 232001]), ("as_at_create", [232042, 232020])]
    )
    def test_codes_of_a_bad_public_name(self, make, reading, codes):
        api = make(readings=f"bad_public_name_at_update: '{reading}'")

        answers = [
            api.call("chat_update", api.create(), body={"chat_type": "public", "name": name})
            for name in ("", "一")
        ]

        assert [answer.code for answer in answers] == codes

    @pytest.mark.parametrize(
        ("reading", "names", "screenshots"),
        [
            ("merged", {"zh_cn": "队", "en_us": "Team"}, "not_anyone"),
            ("replaced", {"en_us": "Team"}, "all_members"),
        ],
    )
    def test_keys_that_a_nested_field_leaves_out(self, make, reading, names, screenshots):
        api = make(readings=f"nested_fields: {reading}")
        chat_id = api.create(i18n_names={"zh_cn": "队"}, restricted_mode_setting=ON)
        downloads = {"status": True, "download_has_permission_setting": "not_anyone"}

        api.call(
            "chat_update",
            chat_id,
            body={"i18n_names": {"en_us": "Team"}, "restricted_mode_setting": downloads},
        )

        detail = api.get(chat_id)
        assert detail["i18n_names"] == names
        assert detail["restricted_mode_setting"]["screenshot_has_permission_setting"] == screenshots

    @pytest.mark.parametrize(("reading", "name"), [("undone", "Team"), ("partly_done", "Other")])
    def test_refused_field_undoes_the_others_or_not(self, make, reading, name):
        api = make(readings=f"refused_update: {reading}")
        chat_id = api.create(name="Team")

        answer = api.call("chat_update", chat_id, body={"name": "Other", "owner_id": "ou_kate"})

        assert answer.code == 232012
        assert api.get(chat_id)["name"] == name

    @pytest.mark.parametrize(("reading", "code"), [("by_ability", 0), ("refused", 232033)])
    def test_external_group_with_the_ability(self, make, reading, code):
        groups = group(owner="Kate", members=["Stranger"], managers=[OURS], external=True)
        api = make(groups=groups, app="external_sharing: true", readings=f"update_of_external: {reading}")

        assert api.call("chat_update", "oc_x", body={"description": "x"}).code == code
        assert api.call("chat_get", "oc_x").code == 0


class TestDelete:
    @pytest.mark.parametrize(("reading", "code"), [("refused", 232011), ("allowed", 0)])
    def test_creator_that_has_left(self, make, reading, code):
        api = make(readings=f"absent_creator_deletes: {reading}")
        chat_id = api.create(owner_id="ou_kate")
        api.emulator.acts.remove_members(chat_id, [OURS])

        assert api.of(OTHER).call("chat_delete", chat_id).code == 232011
        assert api.call("chat_delete", chat_id).code == code

    @pytest.mark.parametrize("code", [232009, 232011])
    def test_code_of_a_dissolved_group(self, make, code):
        api = make(readings=f"dissolved_group: '{code}'")
        chat_id = api.create()
        api.call("chat_delete", chat_id)

        codes = {api.call(operation, chat_id, body={}).code for operation in ("chat_delete", "chat_update")}

        assert codes == {code}


class TestModeration:
    @pytest.mark.parametrize(
        ("reading", "data"),
        [
            ("empty", {"moderation_setting": "all_members", "has_more": False, "items": []}),
            ("absent", {"moderation_setting": "all_members", "has_more": False}),
        ],
    )
    def test_items_of_the_other_modes(self, make, reading, data):
        api = make(readings=f"list_of_other_mode: {reading}")

        assert api.call("chat_moderation_get", api.create()).data == data

    @pytest.mark.parametrize(
        ("reading", "people"),
        [
            ("owner", ["ou_kate", "ou_lilei"]),
            ("nobody", ["ou_lilei"]),
            ("owner_and_managers", ["ou_kate", "ou_jim", "ou_lilei"]),
        ],
    )
    def test_who_is_in_the_list_without_having_been_added(self, make, reading, people):
        groups = group(
            owner="Kate",
            members=["Jim", "李雷"],
            managers=["Jim", OURS],
            moderators=["李雷"],
            settings={"moderation_permission": "moderator_list"},
        )
        api = make(groups=groups, readings=f"always_moderators: {reading}")

        items = api.call("chat_moderation_get", "oc_x").data["items"]

        assert [item["user_id"] for item in items] == people

    @pytest.mark.parametrize(("reading", "people"), [("forgotten", []), ("kept", ["ou_lilei"])])
    def test_list_after_a_while_in_another_mode(self, make, reading, people):
        api = make(readings=f"moderators_in_other_mode: {reading}")
        chat_id = api.create(user_id_list=["ou_lilei"])
        update = moderate(api, chat_id)

        update(moderation_setting="moderator_list", moderator_added_list=["ou_lilei"])
        update(moderation_setting="all_members")
        update(moderation_setting="moderator_list")

        items = api.call("chat_moderation_get", chat_id).data["items"]
        assert [item["user_id"] for item in items] == people

    @pytest.mark.parametrize(("reading", "people"), [("ignored", ["ou_lilei"]), ("applied", ["ou_jim"])])
    def test_lists_without_a_mode(self, make, reading, people):
        api = make(readings=f"lists_without_mode: {reading}")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_jim"])
        update = moderate(api, chat_id)
        update(moderation_setting="moderator_list", moderator_added_list=["ou_lilei"])

        update(moderator_added_list=["ou_jim"], moderator_removed_list=["ou_lilei"])

        items = api.call("chat_moderation_get", chat_id).data["items"]
        assert [item["user_id"] for item in items] == people

    @pytest.mark.parametrize(("reading", "code"), [("accepted", 0), ("refused", 232001)])
    def test_list_mode_without_a_list(self, make, reading, code):
        api = make(readings=f"list_mode_alone: {reading}")
        update = moderate(api, api.create(user_id_list=["ou_jim"]))

        assert update(moderation_setting="moderator_list", moderator_added_list=["ou_jim"]).code == 0
        assert update(moderation_setting="moderator_list").code == code


def moderate(api: Pretend, chat_id: str) -> Callable[..., Answer]:
    """Return what sends changes of who may post in a chat."""
    return lambda **body: api.call("chat_moderation_update", chat_id, body=body)
