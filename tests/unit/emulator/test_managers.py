"""Rules of members.openapi.yaml: chat_managers_add_managers and chat_managers_delete_managers."""

from __future__ import annotations

import pytest

from tests.support.pretend import CROWD, OTHER, OURS

ADD = "chat_managers_add_managers"
DELETE = "chat_managers_delete_managers"


def change(api, operation, chat_id, ids, id_type="open_id"):
    return api.call(operation, chat_id, body={"manager_ids": ids}, query={"member_id_type": id_type})


@pytest.fixture
def chat_id(api):
    return api.create(user_id_list=["ou_lilei", "ou_kate"], bot_id_list=[OTHER])


def test_add_adds_to_the_existing_and_returns_the_complete_lists(api, chat_id):
    change(api, ADD, chat_id, ["ou_lilei"])

    data = change(api, ADD, chat_id, ["ou_kate"]).data

    assert data == {"chat_managers": ["ou_lilei", "ou_kate"], "chat_bot_managers": []}


def test_with_app_id_chat_managers_holds_open_ids(api, chat_id):
    change(api, ADD, chat_id, ["on_lilei"], "union_id")

    data = change(api, ADD, chat_id, [OTHER], "app_id").data

    assert data == {"chat_managers": ["ou_lilei"], "chat_bot_managers": [OTHER]}


def test_lists_follow_member_id_type(api, chat_id):
    assert change(api, ADD, chat_id, ["lilei"], "user_id").data["chat_managers"] == ["lilei"]


def test_delete_takes_the_role_and_members_stay(api, chat_id):
    change(api, ADD, chat_id, ["ou_lilei", "ou_kate"])

    data = change(api, DELETE, chat_id, ["ou_lilei"]).data

    assert data["chat_managers"] == ["ou_kate"]
    assert api.members(chat_id) == ["ou_lilei", "ou_kate"]


def test_repeats_are_no_ops(api, chat_id):
    change(api, ADD, chat_id, ["ou_lilei"])

    assert change(api, ADD, chat_id, ["ou_lilei"]).data["chat_managers"] == ["ou_lilei"]
    assert change(api, DELETE, chat_id, ["ou_kate"]).data["chat_managers"] == ["ou_lilei"]


def test_outsiders_and_the_owner_are_ignored_beside_valid_ids(api, chat_id):
    data = change(api, ADD, chat_id, ["ou_jim", "ou_nobody", "ou_lilei"]).data

    assert data["chat_managers"] == ["ou_lilei"]


@pytest.mark.parametrize(
    ("operation", "ids", "id_type"),
    [
        pytest.param(ADD, ["ou_jim"], "open_id", id="outsider alone"),
        pytest.param(ADD, [OURS], "app_id", id="owner alone"),
        pytest.param(ADD, [], "open_id", id="empty list"),
        pytest.param(DELETE, ["ou_nobody"], "open_id", id="unknown alone"),
        pytest.param(DELETE, [], "open_id", id="empty list of delete"),
    ],
)
def test_no_valid_member_is_232027(api, chat_id, operation, ids, id_type):
    assert change(api, operation, chat_id, ids, id_type).code == 232027


@pytest.mark.parametrize("operation", [ADD, DELETE])
def test_missing_list_is_232027(api, chat_id, operation):
    assert api.call(operation, chat_id, body={}).code == 232027


@pytest.mark.parametrize("operation", [ADD, DELETE])
def test_limits_per_call(api, chat_id, operation):
    assert change(api, operation, chat_id, ["ou_x"] * 51).code == 232001
    assert change(api, operation, chat_id, ["cli_x"] * 6, "app_id").code == 232001


def test_more_than_ten_managers_are_refused_as_a_whole(make):
    api = make(users=CROWD)
    people = [f"ou_p{number}" for number in range(21)]
    chat_id = api.create(user_id_list=people)
    assert change(api, ADD, chat_id, people[:9]).code == 0

    assert change(api, ADD, chat_id, people[9:11]).code == 232040

    assert len(api.get(chat_id)["user_manager_id_list"]) == 9
    assert change(api, ADD, chat_id, people[9:10]).code == 0


def test_super_large_chat_has_at_most_twenty(make):
    api = make(users=CROWD)
    people = [f"ou_p{number}" for number in range(21)]
    chat_id = api.create(user_id_list=people)
    api.emulator.acts.change(chat_id, super_large=True)

    assert change(api, ADD, chat_id, people).code == 232040
    assert change(api, ADD, chat_id, people[:20]).code == 0


@pytest.mark.parametrize("operation", [ADD, DELETE])
@pytest.mark.parametrize("managers", [f"[{OURS}]", "[]"])
def test_owner_only_being_manager_or_creator_is_not_enough(make, operation, managers):
    api = make(
        groups=f"  - {{chat_id: oc_kate, owner: Kate, created_by: {OURS}, bots: [{OURS}], managers: {managers}, members: [Jim]}}"
    )

    assert change(api, operation, "oc_kate", ["ou_jim"]).code == 232038


@pytest.mark.parametrize("operation", [ADD, DELETE])
def test_operator_outside_is_232011(api, chat_id, operation):
    assert change(api.of("cli_b20fbf7e94b8d02e"), operation, api.create(), ["ou_lilei"]).code == 232011


@pytest.mark.parametrize("operation", [ADD, DELETE])
def test_unknown_dissolved_and_p2p_chats(make, operation):
    api = make(groups=f"  - {{chat_id: oc_p2p, chat_mode: p2p, owner: Kate, bots: [{OURS}]}}")
    gone = api.create()
    api.call("chat_delete", gone)

    assert change(api, operation, "oc_nothing", ["ou_lilei"]).code == 232006
    assert change(api, operation, gone, ["ou_lilei"]).code == 232009
    assert change(api, operation, "oc_p2p", ["ou_lilei"]).code == 232090
