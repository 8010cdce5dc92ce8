"""Rules of members.openapi.yaml: chat_members_create, _delete, _get and _is_in_chat."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from reconciler.emulator.handlers.members import SIZES
from tests.support.member_calls import (
    ADD,
    CHAT,
    EMPTY,
    IS_IN,
    LIST,
    REMOVE,
    add,
    group,
    ids_of,
    listed,
    remove,
)
from tests.support.pretend import CROWD, OTHER, OURS, SECRET, TENANT
from tests.support.rows import client_side, shows_error, shows_rule

APPROVAL = "{membership_approval: approval_required}"
ONLY_OWNER = "{add_member_permission: only_owner}"
EXTERNAL = group(external="true")
BOTS = [f"cli_bot{number}" for number in range(16)]
APPS = "".join(f"  - {{app_id: {bot}, app_secret: {SECRET}}}\n" for bot in BOTS)

client_side(
    LIST,
    "A client must not take the list for complete",
    "It says what a client may conclude; that the list is cut and says so is shown by"
    " test_security_setting_cuts_the_list_and_says_so.",
)


def with_apps(make, **switches):
    """An emulator with sixteen further apps, whose users come after them."""
    return make(other=f"enabled: true}}\n{APPS}  - {{app_id: cli_last, app_secret: {SECRET}", **switches)


class TestSucceedType:
    """What to do when id_list holds ids that cannot be added."""

    @pytest.mark.parametrize("succeed_type", [0, 1, 2])
    def test_usable_ids_are_added(self, api, succeed_type):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_lilei", "ou_kate"], succeed_type=succeed_type).data == EMPTY
        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]

    @shows_rule(ADD, "succeed_type 0 (default): an ID that does not exist or is not visible")
    @shows_error(ADD, 99992351, 99992360, 99992364, 232043)
    @pytest.mark.parametrize(
        ("id_type", "named", "code"),
        [
            pytest.param("open_id", "ou_nobody", 99992351, id="open_id"),
            pytest.param("user_id", "nobody", 99992360, id="user_id"),
            pytest.param("union_id", "on_nobody", 99992364, id="union_id"),
            pytest.param("app_id", "cli_nobody", 232043, id="app_id"),
            pytest.param("app_id", "cli_asleep", 232043, id="bot whose app is not activated"),
        ],
    )
    def test_0_unknown_id_or_bot_fails_the_whole_call_and_is_named(self, api, id_type, named, code):
        chat_id = api.create()
        usable = {"open_id": "ou_kate", "user_id": "kate", "union_id": "on_kate", "app_id": OTHER}[id_type]

        answer = add(api, chat_id, [usable, named], id_type)

        assert answer.code == code
        assert named in answer.body["msg"] or named == "cli_asleep"
        assert (api.members(chat_id), api.get(chat_id)["bot_count"]) == ([], "1")

    @shows_rule(ADD, "With a tenant token every user to be added must be inside the app's availability range")
    @shows_error(ADD, 232024)
    def test_0_invisible_id_fails_the_whole_call_with_232024(self, api):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_lilei", "ou_hidden"]).code == 232024
        assert api.members(chat_id) == []

    @shows_rule(ADD, "succeed_type 0 (default): an ID that does not exist or is not visible")
    def test_0_resigned_people_are_only_listed_while_the_rest_joins(self, api):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_gone", "ou_lilei"]).data == {**EMPTY, "invalid_id_list": ["ou_gone"]}
        assert api.members(chat_id) == ["ou_lilei"]

    @shows_rule(ADD, "succeed_type 1: all usable IDs are added")
    def test_1_adds_what_it_can_and_lists_the_rest(self, api):
        chat_id = api.create()

        data = add(api, chat_id, ["ou_nobody", "ou_gone", "ou_hidden", "ou_lilei"], succeed_type=1).data

        assert data == {
            **EMPTY,
            "invalid_id_list": ["ou_gone", "ou_hidden"],
            "not_existed_id_list": ["ou_nobody"],
        }
        assert api.members(chat_id) == ["ou_lilei"]

    @shows_rule(
        ADD,
        "succeed_type 1: all usable IDs are added",
        "With a tenant token every user to be added must be inside the app's availability range; a bot",
    )
    def test_1_lists_bots_whose_app_is_not_activated_or_no_bot(self, make):
        api = make(other="bot: false")

        data = add(api, api.create(), ["cli_asleep", OTHER, "cli_nobody"], "app_id", succeed_type=1).data

        assert data == {
            **EMPTY,
            "invalid_id_list": ["cli_asleep", OTHER],
            "not_existed_id_list": ["cli_nobody"],
        }

    def test_1_lists_the_bot_of_another_tenant_as_not_activated_here(self, make):
        api = make(other="tenant: elsewhere")

        data = add(api, api.create(), [OTHER], "app_id", succeed_type=1).data

        assert data["invalid_id_list"] == [OTHER]

    @shows_rule(ADD, "succeed_type 2: any unusable ID fails the whole call")
    @shows_error(ADD, 232043)
    @pytest.mark.parametrize("named", ["ou_nobody", "ou_gone", "ou_hidden"])
    def test_2_any_unusable_id_fails_the_call_and_is_named(self, api, named):
        chat_id = api.create()

        answer = add(api, chat_id, ["ou_lilei", named], succeed_type=2)

        assert answer.code == 232043
        assert named in answer.body["msg"].partition("ext=")[2]
        assert "data" not in answer.body
        assert api.members(chat_id) == []

    def test_unknown_succeed_type_is_a_broken_rule(self, api):
        assert add(api, api.create(), ["ou_lilei"], succeed_type=3).violations == ["succeed_type"]


class TestAdd:
    def test_members_and_duplicates_are_no_ops(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])

        assert add(api, chat_id, ["ou_lilei", "ou_kate", "ou_kate"]).data == EMPTY
        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]

    def test_resigned_and_invisible_people_who_are_in_are_no_ops_too(self, make):
        api = make(groups=group(members="[Gone, Hidden]"))

        assert add(api, CHAT, ["ou_gone", "ou_hidden"], succeed_type=2).data == EMPTY

    @shows_rule(ADD, "every ID must be of the type named by member_id_type")
    def test_ids_follow_member_id_type(self, api):
        chat_id = api.create()

        add(api, chat_id, ["lilei"], "user_id")
        add(api, chat_id, ["on_kate"], "union_id")
        add(api, chat_id, [OTHER], "app_id")

        assert api.members(chat_id) == ["ou_lilei", "ou_kate"]
        assert api.get(chat_id)["bot_count"] == "2"

    @shows_rule(ADD, "every ID must be of the type named by member_id_type")
    @pytest.mark.parametrize(
        ("id_type", "named"),
        [
            ("open_id", "lilei"),
            ("open_id", "on_lilei"),
            ("open_id", OTHER),
            ("user_id", "ou_lilei"),
            ("union_id", "ou_lilei"),
            ("app_id", "ou_lilei"),
        ],
    )
    def test_id_of_another_type_means_nobody(self, api, id_type, named):
        data = add(api, api.create(), [named], id_type, succeed_type=1).data

        assert data == {**EMPTY, "not_existed_id_list": [named]}

    @shows_rule(ADD, "id_list must not be empty")
    @shows_error(ADD, 232027)
    @pytest.mark.parametrize("body", [{}, {"id_list": []}, {"id_list": None}])
    def test_missing_or_empty_list_is_232027(self, api, body):
        assert api.call(ADD, api.create(), body=body).code == 232027

    def test_empty_id_breaks_a_rule_of_the_field(self, api):
        assert add(api, api.create(), ["ou_lilei", ""]).violations == ["id_list[1]"]

    @shows_rule(ADD, "At most 50 users per call")
    @shows_error(ADD, 232001)
    def test_more_than_50_users_are_232001(self, make):
        api = make(users=CROWD)
        chat_id = api.create()

        assert add(api, chat_id, [f"ou_p{number}" for number in range(51)]).code == 232001
        assert add(api, chat_id, [f"ou_p{number}" for number in range(50)]).code == 0

    @shows_rule(ADD, "At most 5 bots per call, and never more than 15 bots in the chat")
    @shows_error(ADD, 232001, 232013)
    def test_more_than_5_bots_per_call_are_232001_and_more_than_15_in_the_chat_232013(self, make):
        api = with_apps(make)
        chat_id = api.create(bot_id_list=BOTS[:5])

        assert add(api, chat_id, BOTS[5:11], "app_id").code == 232001
        assert add(api, chat_id, BOTS[5:10], "app_id").code == 0
        assert add(api, chat_id, BOTS[10:15], "app_id").code == 232013
        assert add(api, chat_id, BOTS[10:14], "app_id").code == 0
        assert api.get(chat_id)["bot_count"] == "15"

    @shows_rule(ADD, "At most 50 users per call, and never above the chat's member limit")
    @shows_error(ADD, 232013)
    @pytest.mark.parametrize(
        ("kind", "size"), [("group", 5000), ("topic", 5000), ("meeting", 3000)], ids=list(SIZES)
    )
    def test_member_limit_of_the_kind_of_chat(self, make, kind, size):
        mode, tags = ("group", "[meeting]") if kind == "meeting" else (kind, "[]")
        api = make(groups=group(chat_mode=mode, tags=tags))
        fill(api, size - 1)

        assert add(api, CHAT, ["ou_lilei", "ou_han"]).code == 232013
        assert add(api, CHAT, ["ou_lilei"]).code == 0
        assert add(api, CHAT, [OTHER], "app_id").code == 0

    @shows_error(ADD, 232044)
    def test_cap_of_the_administrator_is_232044(self, make):
        api = make(tenant="member_cap: 2")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        assert add(api, chat_id, ["ou_jim"]).code == 232044
        assert add(api, chat_id, ["ou_kate"]).code == 0

    def test_cap_of_the_administrator_stands_instead_of_the_platforms_limit(self, make):
        api = make(tenant="member_cap: 6000", groups=group())
        fill(api, 5500)

        assert add(api, CHAT, ["ou_lilei"]).code == 0

    def test_open_id_of_another_app_is_99992361(self, api):
        assert add(api, api.create(), ["ou_jim_of_other"], succeed_type=1).code == 99992361

    @shows_rule(ADD, "If the chat restricts adding to owner and managers")
    @shows_error(ADD, 232017)
    def test_adding_can_be_reserved_to_owner_and_managers(self, make):
        api = make(groups=group(settings=ONLY_OWNER))
        assert add(api, CHAT, ["ou_lilei"]).code == 232017

        api.emulator.acts.add_managers(CHAT, [OURS])

        assert add(api, CHAT, ["ou_lilei"]).code == 0

    @shows_rule(ADD, "Only chats with chat_mode group or topic are supported.")
    @shows_error(ADD, 232090)
    def test_p2p_is_232090_and_topic_works(self, make):
        assert add(make(groups=group(chat_mode="p2p", members="[]")), CHAT, ["ou_lilei"]).code == 232090
        assert add(make(groups=group(chat_mode="topic")), CHAT, ["ou_lilei"]).code == 0

    @shows_rule(ADD, "After a timeout, a lost connection or an unreadable answer the outcome is unknown")
    @pytest.mark.parametrize("kind", [FaultKind.ANSWER, FaultKind.MALFORMED])
    def test_addition_whose_answer_is_lost_was_made(self, api, kind):
        chat_id = api.create()
        api.emulator.faults.add(Fault(kind, ADD, done=True, status=504))
        path = f"/open-apis/im/v1/chats/{chat_id}/members"

        api.send(
            "POST", path, body={"id_list": ["ou_kate"]}, headers={"Authorization": f"Bearer {api.token}"}
        )

        assert api.members(chat_id) == ["ou_kate"]


def fill(api, people):
    """Bring the group to a number of people, who have no names; only counting them makes sense."""
    with api.emulator.store.transaction(write=True):
        chat = api.emulator.store.chat(CHAT)
        chat.join(*(f"on_{number}" for number in range(people - len(chat.users))))
        api.emulator.store.save_chat(chat)


class TestAddAsPerson:
    """With a user token the operator is the person; what the app's bot can see does not matter."""

    def test_people_outside_the_availability_of_the_app_can_be_added(self, make):
        api = make(groups=group())

        assert add(api.as_user("Kate"), CHAT, ["ou_hidden"]).data == EMPTY

    @shows_error(ADD, 232024)
    @pytest.mark.parametrize(
        ("operator", "target"),
        [
            pytest.param("Kate", "ou_lucy", id="blocked by the target"),
            pytest.param("Lucy", "ou_kate", id="blocked by the operator"),
        ],
    )
    def test_people_who_may_not_work_together_cannot(self, make, operator, target):
        lucy = "  - {name: Lucy, open_id: ou_lucy, blocks: [Kate]}\n"
        person = make(users=lucy, groups=group(owner=operator)).as_user(operator)

        assert add(person, CHAT, [target]).code == 232024
        assert add(person, CHAT, [target], succeed_type=1).data["invalid_id_list"] == [target]


class TestOtherTenants:
    @shows_rule(ADD, "Users of other tenants can never enter an internal chat (232028).")
    @shows_error(ADD, 232028)
    @pytest.mark.parametrize("succeed_type", [0, 1, 2])
    def test_people_of_other_tenants_never_enter_an_internal_chat(self, api, succeed_type):
        chat_id = api.create()

        assert add(api, chat_id, ["ou_kate", "ou_stranger"], succeed_type=succeed_type).code == 232028
        assert api.members(chat_id) == []

    @shows_rule(
        ADD, "They can enter an external chat; a bot that does this needs the external-sharing ability"
    )
    @shows_error(ADD, 232033)
    def test_people_of_other_tenants_enter_an_external_chat_by_a_bot_that_may_share(self, make):
        assert add(make(groups=EXTERNAL), CHAT, ["ou_stranger"]).code == 232033
        assert add(make(app="external_sharing: true", groups=EXTERNAL), CHAT, ["ou_stranger"]).data == EMPTY

    @shows_error(ADD, 232033)
    @pytest.mark.parametrize(("sharing", "code"), [("true", 0), ("false", 232033)])
    def test_invited_bot_of_an_external_chat_needs_the_ability_too(self, make, sharing, code):
        api = make(app="external_sharing: true", other=f"external_sharing: {sharing}", groups=EXTERNAL)

        assert add(api, CHAT, [OTHER], "app_id").code == code

    def test_user_id_of_another_tenant_means_nobody_here(self, make):
        api = make(app="external_sharing: true", groups=EXTERNAL)

        assert add(api, CHAT, ["stranger"], "user_id").code == 99992360


class TestApproval:
    """People whom a plain member invites into a group with approval wait; owner and managers add directly."""

    @shows_rule(ADD, "pending_approval_id_list lists IDs that now wait for approval by owner or manager")
    @pytest.mark.parametrize(
        ("id_type", "named", "inside"),
        [
            ("open_id", "ou_lilei", "ou_jim"),
            ("user_id", "lilei", "jim"),
            ("union_id", "on_lilei", "on_jim"),
            ("app_id", OTHER, OURS),
        ],
    )
    def test_invited_people_wait_and_are_no_members_yet(self, make, id_type, named, inside):
        api = make(groups=group(settings=APPROVAL))

        data = add(api, CHAT, [named, inside], id_type, succeed_type=1).data

        assert data == {**EMPTY, "pending_approval_id_list": [named]}
        assert api.members(CHAT) == ["ou_kate", "ou_jim"]
        assert api.get(CHAT)["bot_count"] == "1"

    def test_who_waits_already_is_listed_again_and_waits_once(self, make):
        api = make(groups=group(settings=APPROVAL))
        add(api, CHAT, ["ou_lilei"])

        assert add(api, CHAT, ["ou_lilei"]).data["pending_approval_id_list"] == ["ou_lilei"]
        assert api.emulator.acts.chat(CHAT)["pending"] == ["ou_lilei"]

    def test_approval_lets_them_in(self, make):
        api = make(groups=group(settings=APPROVAL))
        add(api, CHAT, ["ou_lilei"])

        api.emulator.acts.add_members(CHAT, ["ou_lilei"])

        assert api.members(CHAT) == ["ou_kate", "ou_jim", "ou_lilei"]
        assert api.emulator.acts.chat(CHAT)["pending"] == []

    @pytest.mark.parametrize("more", [{"owner": OURS}, {"managers": f"[{OURS}]"}, {"created_by": OURS}])
    def test_owner_manager_and_creator_add_directly(self, make, more):
        api = make(groups=group(settings=APPROVAL, **more))

        assert add(api, CHAT, ["ou_lilei"]).data == EMPTY
        assert "ou_lilei" in api.members(CHAT)


class TestDelete:
    @shows_rule(REMOVE, "so users and bots go in separate calls")
    def test_owner_removes_others_with_their_roles(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])
        api.emulator.acts.add_managers(chat_id, ["ou_lilei", OTHER])
        api.emulator.acts.set_moderation(chat_id, "moderator_list", ["ou_lilei"])

        assert remove(api, chat_id, ["ou_lilei"]).data == {"invalid_id_list": []}
        assert remove(api, chat_id, [OTHER], "app_id").data == {"invalid_id_list": []}

        assert api.members(chat_id) == ["ou_kate"]
        assert (api.get(chat_id)["user_manager_id_list"], api.get(chat_id)["bot_manager_id_list"]) == ([], [])
        assert api.emulator.acts.chat(chat_id)["moderators"] == []
        assert api.get(chat_id)["bot_count"] == "1"

    @shows_rule(REMOVE, "IDs that could not be handled come back in invalid_id_list")
    def test_unknown_ids_are_listed_and_absent_people_count_as_gone(self, api):
        chat_id = api.create(user_id_list=["ou_lilei"])

        data = remove(api, chat_id, ["ou_lilei", "ou_kate", "ou_nobody", "ou_nobody"]).data

        assert data == {"invalid_id_list": ["ou_nobody"]}
        assert api.members(chat_id) == []

    def test_resigned_and_invisible_people_can_be_removed(self, make):
        api = make(groups=group(members="[Gone, Hidden]", owner=OURS))

        assert remove(api, CHAT, ["ou_gone", "ou_hidden"]).data == {"invalid_id_list": []}
        assert api.members(CHAT) == []

    @shows_error(REMOVE, 232014)
    @pytest.mark.parametrize("named", ["ou_jim", "ou_lilei", "ou_nobody"])
    def test_plain_member_may_not_remove_others_wherever_they_are(self, make, named):
        assert remove(make(groups=group()), CHAT, [named]).code == 232014

    @shows_rule(REMOVE, "Every user or bot may always remove itself")
    def test_plain_member_may_leave(self, make):
        api = make(groups=group())

        assert remove(api, CHAT, [OURS], "app_id").code == 0
        assert remove(api.as_user("Jim"), CHAT, ["ou_jim"]).code == 0

        assert api.call(IS_IN, CHAT).data == {"is_in_chat": False}
        assert api.emulator.acts.chat(CHAT)["members"] == ["ou_kate"]

    @shows_rule(REMOVE, "The chat owner cannot be removed by somebody else (232076).")
    @shows_error(REMOVE, 232076)
    def test_owner_cannot_be_removed_by_somebody_else(self, make):
        api = make(groups=group(managers=f"[{OURS}]"))

        assert remove(api, CHAT, ["ou_jim", "ou_kate"]).code == 232076
        assert api.members(CHAT) == ["ou_kate", "ou_jim"]

    def test_leaving_owner_is_followed_by_a_manager(self, api):
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])
        api.emulator.acts.add_managers(chat_id, ["ou_kate"])

        assert remove(api, chat_id, [OURS], "app_id").code == 0

        assert api.emulator.acts.chat(chat_id)["owner"] == "ou_kate"
        assert api.emulator.acts.chat(chat_id)["managers"] == []

    def test_leaving_owner_is_followed_by_somebody_who_stays(self, make):
        api = make(groups=group(members="[Jim, 李雷]"))

        assert remove(api.as_user("Kate"), CHAT, ["ou_kate", "ou_jim"]).code == 0

        assert api.emulator.acts.chat(CHAT)["owner"] == "ou_lilei"

    @shows_error(REMOVE, 232029)
    def test_owner_without_a_candidate_cannot_leave(self, api):
        chat_id = api.create(bot_id_list=[OTHER])

        assert remove(api, chat_id, [OURS], "app_id").code == 232029

    @shows_rule(REMOVE, "At most 50 users or 5 bots per call; id_list must not be empty")
    @shows_error(REMOVE, 232001, 232027)
    @pytest.mark.parametrize(
        ("named", "id_type", "code"),
        [
            pytest.param(["ou_x"] * 51, "open_id", 232001, id="51 users"),
            pytest.param(["cli_x"] * 6, "app_id", 232001, id="6 bots"),
            pytest.param([], "open_id", 232027, id="nobody"),
            pytest.param(None, "open_id", 232027, id="no list"),
        ],
    )
    def test_limits_per_call(self, api, named, id_type, code):
        assert remove(api, api.create(), named, id_type).code == code

    @shows_rule(REMOVE, "Only chats with chat_mode group or topic are supported.")
    def test_p2p_is_232090_and_topic_works(self, make):
        assert (
            remove(make(groups=group(chat_mode="p2p", members="[]")), CHAT, [OURS], "app_id").code == 232090
        )
        assert remove(make(groups=group(chat_mode="topic")), CHAT, [OURS], "app_id").code == 0


class TestGet:
    @shows_rule(LIST, "Each item repeats the member_id_type of the request")
    @pytest.mark.parametrize(
        ("id_type", "named"), [("open_id", "ou_lilei"), ("union_id", "on_lilei"), ("user_id", "lilei")]
    )
    def test_items_name_the_id_type_name_and_tenant(self, api, id_type, named):
        data = listed(api, api.create(user_id_list=["ou_lilei"]), member_id_type=id_type)

        item = {"member_id_type": id_type, "member_id": named, "name": "李雷", "tenant_key": TENANT}
        assert data == {"items": [item], "has_more": False, "member_total": 1}

    @shows_rule(LIST, "Bots are never returned", "A page can hold fewer entries than page_size (even none)")
    def test_bots_are_dropped_after_the_page_was_cut(self, make):
        api = make(groups=group(owner=OURS, bots=f"[{OTHER}]", members="[李雷, Jim]"))

        first = listed(api, CHAT, page_size=1)
        second = listed(api, CHAT, page_size=1, page_token=first["page_token"])

        assert (first["items"], first["has_more"]) == ([], True)
        assert (ids_of(second), second["has_more"]) == (["ou_lilei"], True)

    @shows_rule(LIST, "it can also hold more, because users who joined at the same moment come together")
    def test_people_who_joined_together_come_together(self, make):
        api = make(groups=group(bots="[]", members="[]", owner="Kate"), users=CROWD)
        person = api.as_user("Kate")
        add(person, CHAT, ["ou_p0", "ou_p1", "ou_p2"])
        add(person, CHAT, ["ou_p3"])

        first = listed(person, CHAT, page_size=2)
        second = listed(person, CHAT, page_size=2, page_token=first["page_token"])

        assert ids_of(first) == ["ou_kate", "ou_p0", "ou_p1", "ou_p2"]
        assert (ids_of(second), second["has_more"]) == (["ou_p3"], False)

    @shows_rule(LIST, "page_token is present only when has_more is true")
    def test_token_leads_through_all_pages_and_is_absent_on_the_last(self, make):
        api = make(groups=group(members="[Jim, 李雷]"))

        pages = [listed(api, CHAT, page_size=1)]
        while pages[-1]["has_more"]:
            pages.append(listed(api, CHAT, page_size=1, page_token=pages[-1]["page_token"]))

        assert [ids_of(data) for data in pages] == [["ou_kate"], ["ou_jim"], ["ou_lilei"], []]
        assert ["page_token" in data for data in pages] == [True, True, True, False]

    @shows_rule(LIST, "keep member_id_type and page_size the same through one traversal")
    @shows_error(LIST, 232001)
    @pytest.mark.parametrize("query", [{"member_id_type": "union_id"}, {"page_token": "nonsense"}])
    def test_token_belongs_to_its_id_type(self, make, query):
        api = make(groups=group())
        token = listed(api, CHAT, page_size=1)["page_token"]

        assert api.call(LIST, CHAT, query={"page_token": token, **query}).code == 232001

    def test_traversal_is_no_snapshot(self, make):
        api = make(groups=group(owner=OURS, members="[Kate, Jim]"))
        token = listed(api, CHAT, page_size=2)["page_token"]
        remove(api, CHAT, ["ou_kate", "ou_jim"])

        assert listed(api, CHAT, page_token=token) == {"items": [], "has_more": False, "member_total": 0}

    def test_default_page_has_20_entries(self, make):
        people = ", ".join(f"P{number}" for number in range(30))
        api = make(users=CROWD, groups=group(members=f"[{people}]"))

        data = listed(api, CHAT)

        assert len(data["items"]) == 20
        assert data["member_total"] == 31

    @pytest.mark.parametrize("page_size", [0, 101])
    def test_page_size_is_from_1_to_100(self, api, page_size):
        assert api.call(LIST, "oc_nothing", query={"page_size": page_size}).violations == ["page_size"]

    def test_security_setting_cuts_the_list_and_says_so(self, make):
        api = make(tenant="member_list_cap: 1")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        data = listed(api, chat_id)

        assert ids_of(data) == ["ou_lilei"]
        assert (data["member_total"], data["has_more"]) == (2, False)
        assert (data["trigger_security_conf_limit"], data["security_conf_limit"]) == (True, 1)

    @pytest.mark.parametrize(
        ("query", "flags"),
        [({}, {}), ({"check_security_conf": "true"}, {"trigger_security_conf_limit": False})],
    )
    def test_whole_list_says_so_only_where_asked(self, make, query, flags):
        api = make(tenant="member_list_cap: 2")
        chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])

        data = listed(api, chat_id, **query)

        assert {name: value for name, value in data.items() if "security" in name} == flags
        assert len(data["items"]) == 2

    def test_member_of_another_tenant_has_no_user_id(self, make):
        api = make(app="external_sharing: true", groups=group(external="true", members="[Stranger]"))

        stranger = listed(api, CHAT, member_id_type="user_id")["items"][1]

        assert stranger == {"member_id_type": "user_id", "name": "Stranger", "tenant_key": "elsewhere"}

    @shows_rule(LIST, "member_id_type therefore has no app_id here")
    def test_app_id_is_no_type_here(self, api):
        answer = api.call(LIST, api.create(), query={"member_id_type": "app_id"})

        assert answer.violations == ["member_id_type"]

    def test_one_to_one_chat_is_listed(self, make):
        api = make(groups=group(chat_mode="p2p", members="[]"))

        assert api.members(CHAT) == ["ou_kate"]


class TestIsInChat:
    """Not being in the chat is an answer, not an error."""

    @shows_rule(IS_IN, "The question is always about the token's own identity", "232011 does not occur")
    def test_question_is_about_the_caller(self, make):
        api = make(groups=group())

        assert api.call(IS_IN, CHAT).data == {"is_in_chat": True}
        assert api.of(OTHER).call(IS_IN, CHAT).data == {"is_in_chat": False}
        assert api.as_user("Jim").call(IS_IN, CHAT).data == {"is_in_chat": True}
        assert api.as_user("李雷").call(IS_IN, CHAT).data == {"is_in_chat": False}

    def test_nobody_is_in_a_dissolved_chat(self, api):
        chat_id = api.create()
        api.call("chat_delete", chat_id)

        assert api.call(IS_IN, chat_id).data == {"is_in_chat": False}
