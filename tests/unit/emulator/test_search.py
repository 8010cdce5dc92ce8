"""Rules of chats.openapi.yaml: chat_search; and of its lag, wire-behaviour.md 4.2."""

from __future__ import annotations

import pytest

from tests.support.pretend import OTHER, OURS
from tests.support.rows import shows_error, shows_rule

LAG = 60


def group(chat_id, name="Team", more="members: [Jim]", owner="Kate"):
    return f"  - {{chat_id: oc_{chat_id}, name: {name}, owner: {owner}, {more}}}\n"


def ours(chat_id, name="Team", more="members: [Jim]"):
    """Return a group that our bot is in."""
    return group(chat_id, name, f"bots: [{OURS}], {more}")


PUBLIC = "settings: {chat_type: public}"


def found(api, query="team", **more):
    items = api.call("chat_search", query={"query": query, **more}).data["items"]
    return [item["chat_id"] for item in items]


class TestWhatIsCovered:
    @shows_rule("chat_search", "Covers the groups that the caller is in plus the groups that are public")
    @shows_rule("chats", "A private group is visible only to its invited members")
    def test_groups_of_the_caller_and_public_ones_are_found(self, make):
        api = make(groups=ours("mine") + group("public", more=PUBLIC) + group("private"))

        assert found(api) == ["oc_mine", "oc_public"]

    def test_a_person_finds_other_groups_than_the_bot_beside_it(self, make):
        api = make(groups=ours("bots", more="members: []") + group("jims") + group("public", more=PUBLIC))

        assert found(api.as_user("ou_jim")) == ["oc_jims", "oc_public"]

    def test_public_groups_of_another_tenant_stay_hidden(self, make):
        api = make(groups=group("theirs", more=f"tenant: elsewhere, {PUBLIC}"))

        assert found(api) == []

    @shows_rule("chat_search", "External groups are covered too")
    def test_external_groups_are_found_without_the_ability_to_act_on_them(self, make):
        api = make(groups=ours("mixed", more="external: true, tenant: elsewhere, members: [Stranger]"))

        assert found(api) == ["oc_mixed"]

    def test_topic_groups_are_found_and_one_to_one_chats_are_not(self, make):
        api = make(groups=ours("topic", more="chat_mode: topic") + ours("alone", more="chat_mode: p2p"))

        assert found(api) == ["oc_topic"]

    def test_a_group_that_the_caller_left_is_found_no_longer(self, make):
        api = make(groups=ours("mine"))
        api.emulator.acts.remove_members("oc_mine", [OURS])

        assert found(api) == []

    @pytest.mark.parametrize(
        ("readings", "chat_ids"), [("", ["oc_gone"]), ("search_of_dissolved: left_out", [])]
    )
    def test_dissolved_public_groups(self, make, readings, chat_ids):
        api = make(groups=group("gone", more=f"chat_status: dissolved, {PUBLIC}"), readings=readings)

        answer = api.call("chat_search", query={"query": "team"})

        assert [item["chat_id"] for item in answer.data["items"]] == chat_ids
        assert all(item["chat_status"] == "dissolved" for item in answer.data["items"])


class TestKeyword:
    @pytest.mark.parametrize(
        ("name", "query"),
        [
            pytest.param("Release Team", "Release Team", id="whole name"),
            pytest.param("Release Team", "rel", id="prefix in other case"),
            pytest.param("Release Team", "TEAM", id="prefix of a later word"),
            pytest.param("Release  Team", "release team", id="spacing"),
            pytest.param("Ｔｅａｍ", "team", id="full width"),
            pytest.param("支付值班群", "值班", id="from any character on"),
            pytest.param("支付值班群", "zhifu", id="pinyin"),
            pytest.param("支付值班群", "zhib", id="beginning of pinyin"),
            pytest.param("支付值班群", "zfzb", id="initials of pinyin"),
            pytest.param("支付 team", "zf t", id="initials beside other letters"),
            pytest.param("'#dev'", "'#de'", id="sign"),
        ],
    )
    @shows_rule("chat_search", "The keyword is matched against the localized group names")
    @shows_rule("chat_search", "Matching is fuzzy and also by member name")
    def test_matching_is_fuzzy(self, make, name, query):
        api = make(groups=ours("mine", name, "members: []"))

        assert found(api, query.strip("'")) == ["oc_mine"]

    @pytest.mark.parametrize("query", ["eam", "Teams", "支", "payment"])
    def test_what_is_nowhere_the_beginning_of_a_word_is_not_found(self, make, query):
        api = make(groups=ours("mine"))

        assert found(api, query) == []

    @pytest.mark.parametrize("query", ["支付", "zhifu", "payment", "shiharai"])
    @shows_rule("chat_search", "The keyword is matched against the localized group names")
    def test_names_of_all_languages_are_matched(self, make, query):
        names = "i18n_names: {zh_cn: 支付, en_us: Payment, ja_jp: Shiharai}, members: []"
        api = make(groups=ours("mine", "Team", names))

        assert found(api, query) == ["oc_mine"]

    @pytest.mark.parametrize("query", ["李雷", "lilei", "ll"])
    @shows_rule("chat_search", "the names of group members")
    @shows_rule("chat_search", "Matching is fuzzy and also by member name")
    def test_names_of_members_are_matched(self, make, query):
        api = make(groups=ours("mine", more="members: [李雷]") + ours("other"))

        assert found(api, query) == ["oc_mine"]

    @shows_rule("chat_search", "names are not unique")
    def test_groups_of_one_name_are_all_found(self, make):
        api = make(groups=ours("one") + ours("two"))

        assert found(api) == ["oc_one", "oc_two"]

    @pytest.mark.parametrize("query", ["", '""', '"', "   ", "t" * 65])
    @shows_rule("chat_search", "An empty keyword, or one longer than 64 characters")
    def test_no_keyword_or_a_long_one_finds_nothing(self, make, query):
        api = make(groups=ours("mine", "t" * 70))

        assert api.call("chat_search", query={"query": query}).data == {"items": [], "has_more": False}

    def test_keyword_of_64_characters_is_looked_for(self, make):
        api = make(groups=ours("mine", "t" * 70))

        assert found(api, "t" * 64) == ["oc_mine"]

    def test_omitted_query_finds_nothing(self, make):
        api = make(groups=ours("mine"))

        assert api.call("chat_search").data == {"items": [], "has_more": False}

    @shows_error("chat_search", 232001)
    def test_omitted_query_is_232001_under_the_other_reading(self, make):
        api = make(readings="omitted_query: refused")

        assert api.call("chat_search").code == 232001
        assert api.call("chat_search", query={"query": ""}).code == 0

    @pytest.mark.parametrize(("query", "chat_ids"), [('"on-call"', ["oc_mine"]), ("on-call", [])])
    @shows_rule("chat_search", "Avoid hyphens in the keyword")
    def test_keyword_with_a_hyphen_needs_quotes(self, make, query, chat_ids):
        api = make(groups=ours("mine", "On-call"))

        assert found(api, query) == chat_ids


class TestLag:
    """Search is not read-after-write."""

    def test_new_group_is_found_after_the_lag_only(self, api):
        chat_id = api.create(name="Team")

        before = found(api)
        api.emulator.move_clock(LAG)

        assert (before, found(api)) == ([], [chat_id])

    def test_renamed_group_is_found_by_its_old_name_until_then(self, api):
        chat_id = api.create(name="Team")
        api.emulator.move_clock(LAG)
        api.call("chat_update", chat_id, body={"name": "Crew"})

        before = found(api), found(api, "crew")
        api.emulator.move_clock(LAG)

        assert before == ([chat_id], [])
        assert (found(api), found(api, "crew")) == ([], [chat_id])

    def test_items_show_the_present_name(self, api):
        chat_id = api.create(name="Team")
        api.emulator.move_clock(LAG)
        api.emulator.acts.rename(chat_id, "Crew")

        (item,) = api.call("chat_search", query={"query": "team"}).data["items"]

        assert item["name"] == "Crew"

    def test_last_of_several_names_of_one_moment_counts(self, api):
        chat_id = api.create(name="Team")
        api.emulator.acts.rename(chat_id, "Crew")

        api.emulator.move_clock(LAG)

        assert (found(api), found(api, "crew")) == ([], [chat_id])

    def test_scenario_says_how_long_it_takes(self, make):
        api = make(tenant="search_lag: 3600")
        chat_id = api.create(name="Team")
        api.emulator.move_clock(3599)

        before = found(api)
        api.emulator.move_clock(1)

        assert (before, found(api)) == ([], [chat_id])

    def test_search_without_lag_finds_at_once(self, make):
        api = make(tenant="search_lag: 0")
        chat_id = api.create(name="Team")

        assert found(api) == [chat_id]

    def test_groups_of_the_scenario_are_found_at_once(self, make):
        assert found(make(groups=ours("mine"))) == ["oc_mine"]


class TestAnswer:
    @pytest.fixture
    def api(self, make):
        return make(groups="".join(ours(f"g{number}") for number in range(5)) + group("other", "Else"))

    @shows_rule("chat_search", "page_token is returned only while has_more is true")
    @shows_rule("chats", "Paged lists: omit page_token on the first call")
    def test_pages_hold_every_match_once(self, api):
        seen, pages, query = [], [], {"query": "team", "page_size": 2}
        while True:
            data = api.call("chat_search", query=query).data
            pages.append(("page_token" in data, data["has_more"]))
            seen += [item["chat_id"] for item in data["items"]]
            if not data["has_more"]:
                break
            query["page_token"] = data["page_token"]

        assert pages == [(True, True), (True, True), (False, False)]
        assert seen == [f"oc_g{number}" for number in range(5)]

    @pytest.mark.parametrize("query", [{"query": "tea"}, {"query": "team", "page_token": "nonsense"}])
    @shows_error("chat_search", 232001)
    def test_token_of_another_search_is_232001(self, api, query):
        token = api.call("chat_search", query={"query": "team", "page_size": 2}).data["page_token"]

        assert api.call("chat_search", query={"page_token": token, **query}).code == 232001

    @pytest.mark.parametrize(("id_type", "owner"), [("open_id", "ou_kate"), ("union_id", "on_kate")])
    def test_items_are_those_of_the_list(self, api, id_type, owner):
        query = {"query": "team", "user_id_type": id_type, "page_size": 1}

        (item,) = api.call("chat_search", query=query).data["items"]

        assert (item["owner_id_type"], item["owner_id"]) == (id_type, owner)
        assert item.keys() == {
            "chat_id", "avatar", "name", "description", "owner_id", "owner_id_type", "external", "tenant_key",
            "chat_status",
        }  # fmt: skip

    @shows_rule("chat_search", "owner_id and owner_id_type are absent from an item whose owner is a bot")
    def test_bot_owner_is_not_shown(self, make):
        api = make(groups=group("mine", owner=OURS))

        (item,) = api.call("chat_search", query={"query": "team"}).data["items"]

        assert not item.keys() & {"owner_id", "owner_id_type"}


def test_other_app_finds_its_own_groups(make):
    api = make(groups=ours("mine") + group("theirs", more=f"bots: [{OTHER}]"))

    assert found(api.of(OTHER)) == ["oc_theirs"]
