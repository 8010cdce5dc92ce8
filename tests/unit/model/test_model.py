from __future__ import annotations

import pytest
from pydantic import ValidationError

from reconciler.model.address import Facet, address
from reconciler.model.collection import keeps
from reconciler.model.ids import SELF, is_bot, is_key, is_user, other_bots_of, users_of
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import RecordedValue, recorded_form, recorded_names, recorded_value
from reconciler.model.settings import NEW_GROUP_SETTINGS, Permissions, RestrictedMode, Settings
from tests.support.builders import (
    BOT,
    HANMEI,
    JIM,
    LILEI,
    additive,
    desired_group,
    entry,
    exact,
    live_tab,
    menu,
    recorded_group,
    tab,
)


def test_address_joins_key_and_parts():
    assert address("oncall-payments", Facet.TABS, "Runbook") == "oncall-payments/tabs/Runbook"


def test_values_are_immutable():
    with pytest.raises(ValidationError):
        tab("Runbook").name = "Other"  # type: ignore[misc]  # what the test is about


def test_unknown_fields_are_errors():
    with pytest.raises(ValidationError):
        Permissions.model_validate({"at_al": "only_owner"})


class TestCollections:
    def test_exact_list_lets_go_of_what_it_does_not_hold(self):
        assert not keeps(exact("a"), ["b"], [])

    def test_exact_list_keeps_what_keep_names(self):
        assert keeps(exact("a", keep=["tab-1"]), ["b", "tab-1"], [])

    def test_additive_list_keeps_what_we_did_not_add(self):
        assert keeps(additive("a"), ["b"], [])

    def test_additive_list_lets_go_of_what_we_added(self):
        assert not keeps(additive("a"), ["b"], ["b"])

    def test_keep_protects_even_what_we_added(self):
        assert keeps(additive("a", keep=["b"]), ["b"], ["b"])


class TestIdentities:
    @pytest.mark.parametrize("key", ["a", "oncall-payments", "0", "a" * 63])
    def test_key_is_a_slug(self, key):
        assert is_key(key)

    @pytest.mark.parametrize("key", ["", "-a", "A", "支付", "a_b", "a" * 64])
    def test_anything_else_is_no_key(self, key):
        assert not is_key(key)

    def test_our_own_app_is_a_bot(self):
        assert is_bot(SELF)
        assert is_bot(BOT)
        assert not is_bot(LILEI)

    def test_user_is_named_by_open_id(self):
        assert is_user(LILEI)
        assert not is_user(BOT)

    def test_users_and_other_bots_are_told_apart_in_order(self):
        everybody = [BOT, JIM, SELF, LILEI]

        assert users_of(everybody) == (JIM, LILEI)
        assert other_bots_of(everybody) == (BOT,)


class TestDesiredGroup:
    def test_managers_and_moderators_are_members_by_implication(self):
        group = desired_group(
            managers=exact(SELF, LILEI),
            moderation=Moderation(mode="moderator_list", moderators=exact(HANMEI, LILEI)),
            members=additive(JIM, LILEI),
        )

        assert group.implied_members == (LILEI, HANMEI, JIM)

    def test_moderation_without_a_list_implies_nobody(self):
        assert desired_group(moderation=Moderation(mode="only_owner")).implied_members == ()

    def test_group_without_managed_facets_reads_settings_only(self):
        assert desired_group().facets == {Facet.SETTINGS}

    def test_group_reads_every_facet_it_manages(self):
        group = desired_group(
            managers=exact(LILEI),
            moderation=Moderation(mode="all_members"),
            tabs=exact(),
            menus=exact(),
        )

        assert group.facets == {
            Facet.SETTINGS,
            Facet.MEMBERS,
            Facet.MANAGERS,
            Facet.MODERATION,
            Facet.TABS,
            Facet.MENUS,
        }

    def test_empty_member_list_is_managed_all_the_same(self):
        assert {Facet.MEMBERS, Facet.DEPARTURES} <= desired_group(members=additive()).facets


class TestSettings:
    def test_fields_are_told_by_dotted_path(self):
        settings = Settings(
            name="支付值班",
            i18n_names={"en_us": "Payments"},
            permissions=Permissions(at_all="only_owner"),
            restricted_mode=RestrictedMode(status=False),
        )

        assert settings.fields() == {
            "name": "支付值班",
            "i18n_names.en_us": "Payments",
            "permissions.at_all": "only_owner",
            "restricted_mode": {
                "status": False,
                "screenshot": "all_members",
                "download": "all_members",
                "message": "all_members",
            },
        }

    def test_settings_are_rebuilt_from_their_fields(self):
        fields = NEW_GROUP_SETTINGS.fields()

        assert Settings.from_fields(fields) == NEW_GROUP_SETTINGS

    def test_empty_settings_have_no_fields(self):
        assert Settings().fields() == {}


class TestRecorded:
    def test_texts_are_recorded_as_digests(self):
        digest = "be338a1623063dd56ec27a10ac7aefc2ef8b4d2df3f3d12958a60fe3503db446"

        assert recorded_form("description", "线上值班") == f"sha256:{digest}"

    def test_absent_text_has_no_digest(self):
        assert recorded_form("description", None) is None

    def test_other_values_are_recorded_as_they_are(self):
        assert recorded_form("name", "支付值班") == "支付值班"

    def test_live_value_after_an_apply_is_what_was_sent(self):
        assert RecordedValue(sent="a").seen == "a"

    def test_live_value_after_an_apply_is_the_echo_when_the_platform_made_something_else(self):
        assert RecordedValue(sent="a", echo="A").seen == "A"

    def test_recorded_value_of_a_group_without_records_is_absent(self):
        assert recorded_value(None, "name") is None

    def test_recorded_value_is_found_by_its_path(self):
        assert recorded_value(recorded_group({"name": "a"}), "name") == RecordedValue(sent="a")

    def test_items_of_a_collection_never_applied_are_none(self):
        assert recorded_group().items("tabs") is None

    def test_items_of_a_collection_are_what_was_sent(self):
        assert recorded_group({"managers": [LILEI]}).items("managers") == [LILEI]

    def test_names_of_a_collection_never_applied_are_empty(self):
        assert recorded_names(None, "tabs") == frozenset()

    def test_names_of_a_collection_are_those_of_its_things(self):
        assert recorded_names(recorded_group({"tabs": [{"name": "Runbook"}]}), "tabs") == {"Runbook"}


class TestTabsAndMenus:
    @pytest.mark.parametrize("tab_type", ["url", "doc"])
    def test_url_and_doc_tabs_are_writable(self, tab_type):
        assert live_tab("t", "A", tab_type=tab_type).writable

    @pytest.mark.parametrize("tab_type", ["message", "pin", "chat_announcement", "task", "unheard_of"])
    def test_other_tabs_are_not_writable(self, tab_type):
        assert not live_tab("t", tab_type=tab_type).writable

    def test_entry_with_a_link_redirects(self):
        assert entry("A").action == "REDIRECT_LINK"

    def test_entry_without_a_link_does_nothing(self):
        assert menu("A", entry("B")).action == "NONE"
