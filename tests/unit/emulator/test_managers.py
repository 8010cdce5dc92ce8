"""Rules of members.openapi.yaml: chat_managers_add_managers and chat_managers_delete_managers."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.member_calls import APPOINT, CHAT, DISMISS, change_managers, group
from tests.support.pretend import CROWD, OTHER, OURS
from tests.support.rows import shows_error, shows_rule

PEOPLE = [f"ou_p{number}" for number in range(21)]

both = pytest.mark.parametrize("operation", [APPOINT, DISMISS])


@pytest.fixture
def chat_id(api):
    return api.create(user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])


@shows_rule(
    APPOINT,
    "The call adds to the existing managers",
    "chat_managers and chat_bot_managers are the complete manager lists after the call",
)
def test_add_adds_to_the_existing_and_returns_the_complete_lists(api, chat_id):
    change_managers(api, APPOINT, chat_id, ["ou_lilei"])

    data = change_managers(api, APPOINT, chat_id, ["ou_kate"]).data

    assert data == {"chat_managers": ["ou_lilei", "ou_kate"], "chat_bot_managers": []}


@shows_rule(APPOINT, "With member_id_type app_id, chat_managers holds open_ids")
def test_with_app_id_chat_managers_holds_open_ids(api, chat_id):
    change_managers(api, APPOINT, chat_id, ["on_lilei"], "union_id")

    data = change_managers(api, APPOINT, chat_id, [OTHER], "app_id").data

    assert data == {"chat_managers": ["ou_lilei"], "chat_bot_managers": [OTHER]}


@shows_rule(DISMISS, "With member_id_type app_id, chat_managers holds open_ids")
def test_delete_returns_the_complete_lists_too(api, chat_id):
    api.emulator.acts.add_managers(chat_id, ["ou_lilei", "ou_kate", OTHER])

    assert change_managers(api, DISMISS, chat_id, ["kate"], "user_id").data == {
        "chat_managers": ["lilei"],
        "chat_bot_managers": [OTHER],
    }
    assert change_managers(api, DISMISS, chat_id, [OTHER], "app_id").data == {
        "chat_managers": ["ou_lilei"],
        "chat_bot_managers": [],
    }


@shows_rule(APPOINT, "All IDs are of the type named by member_id_type")
@shows_rule(DISMISS, "All IDs are of the type named by member_id_type")
@pytest.mark.parametrize(
    ("id_type", "named", "other_type"),
    [
        ("open_id", "ou_lilei", "lilei"),
        ("union_id", "on_lilei", OTHER),
        ("user_id", "lilei", "on_lilei"),
    ],
)
def test_ids_follow_member_id_type(api, chat_id, id_type, named, other_type):
    appointed = change_managers(api, APPOINT, chat_id, [named, other_type], id_type).data
    dismissed = change_managers(api, DISMISS, chat_id, [named, other_type], id_type).data

    assert (appointed["chat_managers"], appointed["chat_bot_managers"]) == ([named], [])
    assert dismissed["chat_managers"] == []


@shows_rule(DISMISS, "The persons and bots stay members of the chat")
def test_delete_takes_the_role_and_members_stay(api, chat_id):
    api.emulator.acts.add_managers(chat_id, ["ou_lilei", "ou_kate", OTHER])

    change_managers(api, DISMISS, chat_id, ["ou_lilei"])
    change_managers(api, DISMISS, chat_id, [OTHER], "app_id")

    assert api.get(chat_id)["user_manager_id_list"] == ["ou_kate"]
    assert api.members(chat_id) == ["ou_lilei", "ou_kate"]
    assert api.get(chat_id)["bot_count"] == "2"


def test_repeats_and_duplicates_are_no_ops(api, chat_id):
    change_managers(api, APPOINT, chat_id, ["ou_lilei", "ou_lilei"])

    assert change_managers(api, APPOINT, chat_id, ["ou_lilei"]).data["chat_managers"] == ["ou_lilei"]
    assert change_managers(api, DISMISS, chat_id, ["ou_kate"]).data["chat_managers"] == ["ou_lilei"]


@shows_rule(
    APPOINT, "and so must every ID to be appointed", "The answer has no list of rejected IDs. Compare"
)
def test_outsiders_are_ignored_beside_valid_ids(api, chat_id):
    data = change_managers(api, APPOINT, chat_id, ["ou_jim", "ou_nobody", "ou_lilei"]).data

    assert data == {"chat_managers": ["ou_lilei"], "chat_bot_managers": []}


def test_owner_is_ignored_beside_valid_ids(api, chat_id):
    data = change_managers(api, APPOINT, chat_id, [OURS, OTHER], "app_id").data

    assert data["chat_bot_managers"] == [OTHER]


@shows_error(APPOINT, 232027)
@shows_error(DISMISS, 232027)
@pytest.mark.parametrize(
    ("operation", "ids", "id_type"),
    [
        pytest.param(APPOINT, ["ou_jim"], "open_id", id="outsider alone"),
        pytest.param(APPOINT, [OURS], "app_id", id="owner alone"),
        pytest.param(APPOINT, [], "open_id", id="empty list"),
        pytest.param(APPOINT, None, "open_id", id="no list"),
        pytest.param(DISMISS, ["ou_nobody"], "open_id", id="unknown alone"),
        pytest.param(DISMISS, [], "open_id", id="empty list of delete"),
        pytest.param(DISMISS, None, "open_id", id="no list of delete"),
    ],
)
def test_no_valid_member_is_232027(api, chat_id, operation, ids, id_type):
    assert change_managers(api, operation, chat_id, ids, id_type).code == 232027


@shows_rule(APPOINT, "At most 5 bots per call; the list itself is limited to 50 IDs.")
@shows_rule(DISMISS, "At most 50 users or 5 bots per call.")
@shows_error(APPOINT, 232001)
@shows_error(DISMISS, 232001)
@pytest.mark.parametrize(("named", "id_type"), [(["ou_x"] * 51, "open_id"), (["cli_x"] * 6, "app_id")])
@both
def test_limits_per_call(api, chat_id, operation, named, id_type):
    assert change_managers(api, operation, chat_id, named, id_type).code == 232001
    assert change_managers(api, operation, chat_id, named[:-1], id_type).code == 232027


@shows_error(APPOINT, 232024)
@shows_error(DISMISS, 232024)
@both
def test_bot_cannot_change_people_outside_the_availability_of_its_app(make, operation):
    api = make(groups=group(owner=OURS, members="[Hidden, Jim]", managers="[Hidden]"))

    assert change_managers(api, operation, CHAT, ["ou_jim", "ou_hidden"]).code == 232024
    assert api.get(CHAT)["user_manager_id_list"] == ["ou_hidden"]


@both
def test_person_can_change_them(make, operation):
    api = make(groups=group(members="[Hidden]", managers="[Hidden]"))

    assert change_managers(api.as_user("Kate"), operation, CHAT, ["ou_hidden"]).code == 0


@shows_error(APPOINT, 232024)
@shows_error(DISMISS, 232024)
@both
def test_person_cannot_change_people_who_may_not_work_together_with_it(make, operation):
    users = "  - {name: Lucy, open_id: ou_lucy, blocks: [Kate]}\n"
    api = make(users=users, groups=group(members="[Lucy]", managers="[Lucy]"))

    assert change_managers(api.as_user("Kate"), operation, CHAT, ["ou_lucy"]).code == 232024


@shows_rule(APPOINT, "An ordinary chat has at most 10 managers")
@shows_error(APPOINT, 232040)
@pytest.mark.parametrize(("super_large", "limit"), [(False, 10), (True, 20)])
def test_more_managers_than_the_chat_may_have_are_refused_as_a_whole(make, super_large, limit):
    api = make(users=CROWD)
    chat_id = api.create(user_id_list=PEOPLE, bot_id_list=[OTHER])
    api.emulator.acts.change(chat_id, super_large=super_large)
    assert change_managers(api, APPOINT, chat_id, [OTHER], "app_id").code == 0

    assert change_managers(api, APPOINT, chat_id, PEOPLE[:limit]).code == 232040
    assert api.get(chat_id)["user_manager_id_list"] == []
    assert change_managers(api, APPOINT, chat_id, PEOPLE[: limit - 1]).code == 0


def test_chat_that_has_too_many_managers_already_takes_repeats(make):
    api = make(users=CROWD)
    chat_id = api.create(user_id_list=PEOPLE)
    api.emulator.acts.add_managers(chat_id, PEOPLE[:11])

    assert change_managers(api, APPOINT, chat_id, PEOPLE[:1]).code == 0
    assert change_managers(api, APPOINT, chat_id, PEOPLE[11:12]).code == 232040


@shows_rule(APPOINT, "232039 comes as HTTP 400 although the change was made")
@shows_error(APPOINT, 232039)
def test_appointment_that_succeeded_can_be_answered_232039(api, chat_id):
    api.emulator.faults.add(Fault(FaultKind.ANSWER, APPOINT, done=True, code=232039))

    answer = change_managers(api, APPOINT, chat_id, ["ou_lilei"])

    assert (answer.status, answer.code) == (400, 232039)
    assert api.get(chat_id)["user_manager_id_list"] == ["ou_lilei"]


@shows_rule(DISMISS, "232039 comes as HTTP 400 although the change was made")
@shows_error(DISMISS, 232039)
def test_dismissal_that_succeeded_can_be_answered_232039(api, chat_id):
    api.emulator.acts.add_managers(chat_id, ["ou_lilei"])
    api.emulator.faults.add(Fault(FaultKind.ANSWER, DISMISS, done=True, code=232039))

    answer = change_managers(api, DISMISS, chat_id, ["ou_lilei"])

    assert (answer.status, answer.code) == (400, 232039)
    assert api.get(chat_id)["user_manager_id_list"] == []


@both
def test_refused_call_is_not_answered_232039(api, chat_id, operation):
    api.emulator.faults.add(Fault(FaultKind.ANSWER, operation, done=True, code=232039))

    assert change_managers(api, operation, chat_id, ["ou_nobody"]).code == 232027


@shows_rule(APPOINT, "Only chats with chat_mode group or topic are supported.")
@shows_rule(DISMISS, "Only chats with chat_mode group or topic are supported.")
@both
def test_p2p_is_232090_and_topic_works(make, operation):
    switches = {"owner": OURS, "managers": "[Jim]"}

    p2p = make(groups=group(chat_mode="p2p", **switches))
    topic = make(groups=group(chat_mode="topic", **switches))

    assert change_managers(p2p, operation, CHAT, ["ou_jim"]).code == 232090
    assert change_managers(topic, operation, CHAT, ["ou_jim"]).code == 0


@both
def test_person_of_another_tenant_cannot_be_named_or_shown_by_user_id(make, operation):
    external = group(external="true", owner=OURS, members="[Stranger, Jim]", managers="[Stranger, Jim]")
    api = make(app="external_sharing: true", groups=external)

    data = change_managers(api, APPOINT, CHAT, ["jim"], "user_id").data

    assert data["chat_managers"] == ["jim"]
    assert change_managers(api, operation, CHAT, ["stranger"], "user_id").code == 232027
    assert change_managers(api, APPOINT, CHAT, ["ou_jim"]).data["chat_managers"] == ["ou_stranger", "ou_jim"]
