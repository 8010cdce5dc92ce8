"""Which scopes a fleet needs, and what reads show of them."""

from __future__ import annotations

import pytest

from reconciler.feishu.probes import Probes
from reconciler.feishu.quota import WINDOWS
from reconciler.feishu.transport import Transport
from reconciler.model.address import Facet
from reconciler.model.settings import Settings
from reconciler.plan.order import ORDER
from reconciler.plan.scopes import CALLS, READS, SCOPES, Known, Service, judge, needs_of
from tests.support.builders import additive, desired_group, exact
from tests.support.contract import operations

NO_SCOPE = {"auth_tenant_access_token_internal", "bot_info"}
ON_DEMAND = {"chat_search", "chat_link", "im_message_create"}
"""What commands of their own call, and no plan."""


def needs(*groups, creating=False, pictures=False):
    return needs_of(groups, creating=creating, pictures=pictures)


def known(judged):
    return {need.operation: need.known for need in judged}


class TestTheTable:
    @pytest.mark.parametrize("operation", sorted(SCOPES))
    def test_scopes_are_those_of_the_contract(self, operation):
        assert set(SCOPES[operation]) == set(operations()[operation].document["x-scopes-any"])

    @pytest.mark.parametrize("operation", sorted(SCOPES))
    def test_only_what_the_contract_describes_as_a_read_is_tried(self, operation):
        method = operations()[operation].method

        # Looking people up is a read that takes a body.
        assert (operation in READS) == (method == "GET" or operation == "contact_user_batch_get_id")

    def test_every_call_of_the_client_is_there(self):
        assert SCOPES.keys() == WINDOWS.keys() - NO_SCOPE - ON_DEMAND

    def test_every_facet_and_service_has_its_calls(self):
        assert CALLS.keys() == {*ORDER, *Service}
        assert {each for calls in CALLS.values() for each in (*calls.reads, *calls.writes)} == SCOPES.keys()

    def test_every_read_can_be_tried(self):
        probes = Probes(Transport("http://platform.example", lambda _transport: None))  # type: ignore[arg-type, return-value]  # no call is made

        assert probes._reads.keys() == READS


class TestWhatAFleetNeeds:
    def test_settings_alone_take_one_read_and_one_write(self):
        group = desired_group(settings=Settings(name="值班"))

        assert [(need.operation, need.writes) for need in needs(group)] == [
            ("chat_get", False),
            ("chat_update", True),
        ]

    def test_facets_of_all_groups_count(self):
        found = {need.operation for need in needs(desired_group(tabs=exact()), desired_group(menus=exact()))}

        assert {"chat_tab_list", "chat_menu_tree_get"} <= found

    def test_call_of_several_facets_names_them_all(self):
        [read] = [need for need in needs(desired_group(owner="self")) if need.operation == "chat_get"]

        assert read.uses == (Facet.SETTINGS, Facet.OWNER)

    @pytest.mark.parametrize(
        ("group", "more", "operation"),
        [
            pytest.param({}, {"creating": True}, "chat_create", id="new group"),
            pytest.param({}, {"pictures": True}, "im_image_create", id="picture"),
            pytest.param({"on_remove": "dissolve"}, {}, "chat_delete", id="dissolve"),
            pytest.param({"owner": "li.lei@example.com"}, {}, "contact_user_batch_get_id", id="address"),
            pytest.param({"owner": "on_lilei"}, {}, "contact_user_batch", id="union id"),
            pytest.param({"owner": "ou_lilei"}, {}, "contact_user_batch", id="name"),
        ],
    )
    def test_what_stands_behind_a_group_counts_as_well(self, group, more, operation):
        assert operation not in {need.operation for need in needs(desired_group())}
        assert operation in {need.operation for need in needs(desired_group(**group), **more)}

    @pytest.mark.parametrize(("owner", "optional"), [("ou_lilei", True), ("on_lilei", False)])
    def test_names_are_a_kindness_and_ids_are_not(self, owner, optional):
        [need] = [
            each for each in needs(desired_group(owner=owner)) if each.operation == "contact_user_batch"
        ]

        assert need.optional is optional


class TestWhatReadsShow:
    FLEET = desired_group(tabs=exact(), members=additive("ou_lilei"))

    def test_nothing_tried_nothing_known(self):
        assert set(known(judge(needs(self.FLEET), {})).values()) == {Known.UNKNOWN}

    def test_read_that_is_let_in_proves_no_write(self):
        judged = known(judge(needs(self.FLEET), {"chat_tab_list": None}))

        assert (judged["chat_tab_list"], judged["chat_tab_create"]) == (Known.THERE, Known.UNKNOWN)

    def test_refused_read_lacks_its_scope(self):
        judged = known(judge(needs(self.FLEET), {"chat_tab_list": ("im:chat", "im:chat.tabs:read")}))

        assert judged["chat_tab_list"] is Known.MISSING

    def test_refusal_that_names_nothing_stands_for_all_scopes_of_the_call(self):
        probed = {"chat_tab_list": (), "chat_members_get": None}

        judged = judge(needs(self.FLEET), probed)

        # Neither im:chat nor im:chat:readonly is there, which leaves two for the members: too many to tell.
        assert known(judged)["chat_members_create"] is Known.UNKNOWN

    def test_only_scope_that_is_left_is_there(self):
        group = desired_group(tabs=exact(), settings=Settings(name="值班"))
        probed = {"chat_tab_list": ("im:chat:read", "im:chat:readonly"), "chat_get": None}

        assert known(judge(needs(group), probed))["chat_update"] is Known.THERE

    def test_write_lacks_its_scope_when_all_that_would_do_were_refused(self):
        probed = {"chat_tab_list": ("im:chat", "im:chat.tabs:write_only")}

        assert known(judge(needs(self.FLEET), probed))["chat_tab_create"] is Known.MISSING
