"""Keys for chats that exist, and chats that cannot be managed."""

from __future__ import annotations

import pytest

from reconciler.model.ids import is_key
from reconciler.plan.moving_in import new_key, odd_chat, own_tenant
from tests.support.builders import CHAT, live_group

OTHER = "oc_b1553eda9014c201e6969b478895c230"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Payments On-call", "payments-on-call"),
        ("支付 oncall 值班", "oncall"),
        ("Café №5", "cafe-no5"),
        ("ＡＢＣ", "abc"),
        ("支付值班", "group-a0553eda"),
        ("A组", "group-a0553eda"),
        ("🚀", "group-a0553eda"),
        ("", "group-a0553eda"),
        ("x" * 200, "x" * 48),
        ("a" * 47 + " b", "a" * 47),
    ],
)
def test_key_is_what_ascii_can_say_of_the_name(name, key):
    assert new_key(name, CHAT, ()) == key
    assert is_key(key)


def test_key_that_is_taken_gets_a_short_form_of_the_chat_id():
    assert new_key("Ops", CHAT, {"ops"}) == "ops-a0553eda"
    assert new_key("值班", CHAT, {"group-a0553eda"}) == "group-a0553eda-a0553eda"


def test_last_resort_is_a_number():
    taken = {"ops", "ops-a0553eda", "ops-a0553eda-2"}

    assert new_key("Ops", CHAT, taken) == "ops-a0553eda-3"


def test_odd_chat_id_gives_a_key_all_the_same():
    assert is_key(new_key("值班", "oc_-_", ()))
    assert is_key(new_key("值班", "oc_-_", {"group"}))


class TestOddChats:
    @pytest.mark.parametrize(
        ("fields", "summary"),
        [
            ({"status": "dissolved"}, "Group is dissolved"),
            ({"full": False, "mode": None}, "Our app is not in the group"),
            ({"mode": "p2p"}, "Kind of chat is not supported"),
            ({"mode": "topic"}, "Kind of chat is not supported"),
            ({"external": True}, "Group is external"),
            ({"tenant_key": "tk_other"}, "Group belongs to another tenant"),
        ],
    )
    def test_each_has_its_reason_and_names_the_chat(self, fields, summary):
        problem = odd_chat(live_group(**{"tenant_key": "tk_ours", **fields}), "tk_ours")

        assert problem
        assert (problem.summary, problem.address) == (summary, CHAT)
        assert problem.hint

    def test_conversation_of_two_is_told_from_a_topic_group(self):
        details = {odd_chat(live_group(mode=mode), "").detail for mode in ("p2p", "topic")}  # type: ignore[union-attr]  # both are odd

        assert len(details) == 2

    @pytest.mark.parametrize(("known", "found"), [("tk", "tk"), ("", "tk"), ("tk", None)])
    def test_ordinary_group_is_not_odd(self, known, found):
        assert odd_chat(live_group(tenant_key=found), known) is None


class TestOwnTenant:
    def test_state_knows_best(self):
        assert own_tenant("tk_ours", [live_group(tenant_key="tk_other")]) == "tk_ours"

    def test_else_most_groups_decide_and_external_ones_have_no_say(self):
        keys = ["tk_b", "tk_a", "tk_a", None]
        groups = [live_group(tenant_key=key) for key in keys]
        strangers = [live_group(tenant_key="tk_x", external=True)] * 9

        assert own_tenant("", [*groups, *strangers]) == "tk_a"

    def test_nobody_may_know(self):
        assert own_tenant("", []) == ""
