"""Rules of chats.openapi.yaml: chat_moderation_get and chat_moderation_update."""

from __future__ import annotations

import pytest

from tests.support.groups import group
from tests.support.pretend import CROWD, OTHER, OURS
from tests.support.rows import shows_error, shows_rule


def listed(api, chat_id):
    data = api.call("chat_moderation_get", chat_id, query={"page_size": 100}).data
    return data["moderation_setting"], [item["user_id"] for item in data["items"]]


def update(api, chat_id, mode=None, added=None, removed=None):
    body = {"moderation_setting": mode, "moderator_added_list": added, "moderator_removed_list": removed}
    return api.call(
        "chat_moderation_update", chat_id, body={name: value for name, value in body.items() if value}
    )


@shows_rule(
    "chat_moderation_update",
    "are changes to the current list, not the wanted list",
    "The response carries no data",
)
def test_lists_are_changes_to_the_current_list(api):
    chat_id = api.create(user_id_list=["ou_lilei", "ou_kate", "ou_jim"])
    update(api, chat_id, "moderator_list", ["ou_lilei", "ou_kate"])

    assert update(api, chat_id, "moderator_list", ["ou_jim"], ["ou_lilei"]).data == {}

    assert listed(api, chat_id) == ("moderator_list", ["ou_kate", "ou_jim"])


@shows_rule("chat_moderation_get", "moderation_setting here equals moderation_permission")
@shows_rule("chats", "are the same setting")
def test_setting_equals_moderation_permission_of_get(api):
    chat_id = api.create()
    update(api, chat_id, "only_owner")

    assert api.get(chat_id)["moderation_permission"] == "only_owner"


@pytest.mark.parametrize("mode", ["all_members", "only_owner"])
@shows_rule("chat_moderation_get", "items is filled only while")
@shows_rule("chat_moderation_update", "Both lists count only with moderation_setting moderator_list")
def test_items_are_filled_only_in_moderator_list_mode(api, mode):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])

    update(api, chat_id, mode, ["ou_lilei"])

    assert listed(api, chat_id) == (mode, [])


def test_list_is_not_remembered_while_another_mode_is_on(api):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])
    update(api, chat_id, "all_members")

    update(api, chat_id, "moderator_list")

    assert listed(api, chat_id) == ("moderator_list", [])


def test_body_without_a_mode_leaves_everything(api):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])

    assert update(api, chat_id, None, None, ["ou_lilei"]).code == 0

    assert listed(api, chat_id) == ("moderator_list", ["ou_lilei"])


@shows_rule("chat_moderation_update", "Ids of users who are not in the group are dropped silently")
def test_people_outside_the_group_are_dropped_silently(api):
    chat_id = api.create(user_id_list=["ou_lilei"])

    assert update(api, chat_id, "moderator_list", ["ou_kate", "ou_nobody", "ou_lilei"]).code == 0

    assert listed(api, chat_id) == ("moderator_list", ["ou_lilei"])


def test_adding_the_listed_and_removing_the_unlisted_has_no_effect(api):
    chat_id = api.create(user_id_list=["ou_lilei", "ou_kate"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])

    assert update(api, chat_id, "moderator_list", ["ou_lilei"], ["ou_kate"]).code == 0

    assert listed(api, chat_id) == ("moderator_list", ["ou_lilei"])


def test_user_owner_is_always_listed_and_managers_are_not(api):
    chat_id = api.create(owner_id="ou_kate", user_id_list=["ou_jim", "ou_lilei"])
    api.emulator.acts.add_managers(chat_id, ["ou_jim"])

    update(api, chat_id, "moderator_list", ["ou_lilei"])

    assert listed(api, chat_id) == ("moderator_list", ["ou_kate", "ou_lilei"])


def test_member_who_leaves_is_no_moderator_any_more(api):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])
    api.emulator.acts.remove_members(chat_id, ["ou_lilei"])

    api.emulator.acts.add_members(chat_id, ["ou_lilei"])

    assert listed(api, chat_id) == ("moderator_list", [])


@shows_rule("chat_moderation_update", "An id must not be in both lists of one request")
@shows_error("chat_moderation_update", 232001)
def test_same_id_in_both_lists_is_232001(api):
    chat_id = api.create(user_id_list=["ou_lilei"])

    assert update(api, chat_id, "moderator_list", ["ou_lilei"], ["ou_lilei"]).code == 232001


@shows_error("chat_moderation_update", 232015)
def test_unsupported_user_id_type_is_232015(api):
    answer = api.call("chat_moderation_update", api.create(), body={}, query={"user_id_type": "app_id"})

    assert answer.code == 232015


@pytest.mark.parametrize(
    ("state", "code"),
    [pytest.param("meeting", 232092, id="meeting"), pytest.param("banned", 232060, id="silenced")],
)
@shows_rule("chat_moderation_update", "Cannot be changed while the group's meeting is running")
@shows_error("chat_moderation_update", 232060, 232092)
def test_locked_states(api, state, code):
    chat_id = api.create()
    api.emulator.acts.change(chat_id, **{state: True})

    assert update(api, chat_id, "only_owner").code == code


@shows_rule("chat_moderation_get", "The list is paged", "page_token is returned only while has_more is true")
def test_list_is_paged_without_a_token_on_the_last_page(make):
    api = make(users=CROWD)
    people = [f"ou_p{number}" for number in range(25)]
    chat_id = api.create(user_id_list=people)
    update(api, chat_id, "moderator_list", people)

    first = api.call("chat_moderation_get", chat_id).data
    second = api.call("chat_moderation_get", chat_id, query={"page_token": first["page_token"]}).data

    assert [item["user_id"] for item in first["items"] + second["items"]] == people
    assert len(first["items"]) == 20
    assert second["has_more"] is False
    assert "page_token" not in second


@shows_rule("chat_moderation_get", "Items name users only, in the ID form of user_id_type")
def test_items_follow_user_id_type_with_the_tenant(api):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])

    (item,) = api.call("chat_moderation_get", chat_id, query={"user_id_type": "union_id"}).data["items"]

    assert item == {"user_id_type": "union_id", "user_id": "on_lilei", "tenant_key": "736588c9260f175d"}


@shows_rule("chat_moderation_get", "a caller outside the group gets 232011")
@shows_error("chat_moderation_get", 232011)
def test_caller_outside_gets_232011_never_a_reduced_view(api):
    assert api.of(OTHER).call("chat_moderation_get", api.create()).code == 232011


def test_bots_are_never_listed(make):
    api = make(groups=group(owner=OURS, members=["Kate"], bots=[OTHER], managers=[OTHER]))

    assert update(api, "oc_x", "moderator_list", [OTHER, OURS, "ou_kate"]).code == 0

    assert listed(api, "oc_x") == ("moderator_list", ["ou_kate"])


@shows_error("chat_moderation_get", 232001)
@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U="])
def test_foreign_page_token_is_232001(api, token):
    answer = api.call("chat_moderation_get", api.create(), query={"page_token": token})

    assert answer.code == 232001


def test_open_id_of_another_app_is_99992361(api):
    assert update(api, api.create(), "moderator_list", ["ou_jim_of_other"]).code == 99992361


@shows_error("chat_moderation_update", 232019)
@shows_rule("chats", "Code 232019 with HTTP 400 is a separate limit inside the group service")
def test_two_changes_at_a_time_are_232019(api):
    call = ("chat_moderation_update", {"chat_id": api.create(), "body": {"moderation_setting": "only_owner"}})

    answers = api.together(call, call)

    assert sorted((answer.status, answer.code) for answer in answers) == [(200, 0), (400, 232019)]


def test_topic_group_has_a_mode_of_posting_too(make):
    api = make(groups=group(owner=OURS, members=["Kate"], chat_mode="topic"))

    assert update(api, "oc_x", "only_owner").code == 0
    assert listed(api, "oc_x") == ("only_owner", [])


def test_person_outside_the_tenant_is_listed_with_its_own_one(make):
    api = make(
        groups=group(owner="Kate", created_by=OURS, bots=[OURS], members=["Stranger"], external=True),
        app="external_sharing: true",
    )

    update(api, "oc_x", "moderator_list", ["ou_stranger"])

    items = api.call("chat_moderation_get", "oc_x", query={"user_id_type": "user_id"}).data["items"]
    assert items == [
        {"user_id_type": "user_id", "user_id": "kate", "tenant_key": "736588c9260f175d"},
        {"user_id_type": "user_id", "tenant_key": "elsewhere"},
    ]
