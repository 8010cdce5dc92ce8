"""Rules of chats.openapi.yaml: chat_moderation_get and chat_moderation_update."""

from __future__ import annotations

import pytest

from tests.support.pretend import CROWD, OTHER, OURS


def listed(api, chat_id):
    data = api.call("chat_moderation_get", chat_id, query={"page_size": 100}).data
    return data["moderation_setting"], [item["user_id"] for item in data["items"]]


def update(api, chat_id, mode=None, added=None, removed=None):
    body = {"moderation_setting": mode, "moderator_added_list": added, "moderator_removed_list": removed}
    return api.call(
        "chat_moderation_update", chat_id, body={name: value for name, value in body.items() if value}
    )


def test_lists_are_changes_to_the_current_list(api):
    chat_id = api.create(user_id_list=["ou_lilei", "ou_kate", "ou_jim"])
    update(api, chat_id, "moderator_list", ["ou_lilei", "ou_kate"])

    assert update(api, chat_id, "moderator_list", ["ou_jim"], ["ou_lilei"]).data == {}

    assert listed(api, chat_id) == ("moderator_list", ["ou_kate", "ou_jim"])


def test_setting_equals_moderation_permission_of_get(api):
    chat_id = api.create()
    update(api, chat_id, "only_owner")

    assert api.get(chat_id)["moderation_permission"] == "only_owner"


@pytest.mark.parametrize("mode", ["all_members", "only_owner"])
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


def test_same_id_in_both_lists_is_232001(api):
    chat_id = api.create(user_id_list=["ou_lilei"])

    assert update(api, chat_id, "moderator_list", ["ou_lilei"], ["ou_lilei"]).code == 232001


def test_unsupported_user_id_type_is_232015(api):
    answer = api.call("chat_moderation_update", api.create(), body={}, query={"user_id_type": "app_id"})

    assert answer.code == 232015


@pytest.mark.parametrize(
    ("state", "code"),
    [pytest.param("meeting", 232092, id="meeting"), pytest.param("banned", 232060, id="silenced")],
)
def test_locked_states(api, state, code):
    chat_id = api.create()
    api.emulator.acts.change(chat_id, **{state: True})

    assert update(api, chat_id, "only_owner").code == code


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


def test_items_follow_user_id_type_with_the_tenant(api):
    chat_id = api.create(user_id_list=["ou_lilei"])
    update(api, chat_id, "moderator_list", ["ou_lilei"])

    (item,) = api.call("chat_moderation_get", chat_id, query={"user_id_type": "union_id"}).data["items"]

    assert item == {"user_id_type": "union_id", "user_id": "on_lilei", "tenant_key": "736588c9260f175d"}


def test_caller_outside_gets_232011_never_a_reduced_view(api):
    assert api.of(OTHER).call("chat_moderation_get", api.create()).code == 232011


def test_manager_may_not_change_it(make):
    api = make(groups=f"  - {{chat_id: oc_kate, owner: Kate, bots: [{OURS}], managers: [{OURS}]}}")

    assert update(api, "oc_kate", "only_owner").code == 232017
