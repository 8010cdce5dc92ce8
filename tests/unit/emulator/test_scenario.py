"""The scenario file: what it says becomes true, and what is wrong in it is told with its position."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, ManualClock, ScenarioError, open_emulator
from reconciler.emulator.readings import alternatives
from reconciler.emulator.scenario import LARGEST, _Section, load_scenario, parse_scenario
from tests.support.pretend import OURS, Pretend

SMALLEST = "version: 1\ntenant: {key: t1}\napps: [{app_id: cli_a, app_secret: s}]\n"
EXAMPLE = Path(__file__).parents[3] / "examples" / "groups" / "tenant.emulator.yaml"


def chat(text, number=0):
    return parse_scenario(SMALLEST + text, "x.yaml").chats()[number]


class TestContent:
    def test_smallest_scenario_has_one_app_with_all_scopes(self):
        directory = parse_scenario(SMALLEST, "x.yaml").directory()

        app = directory.first_app
        assert (app.app_id, app.app_secret, app.name) == ("cli_a", "s", "cli_a")
        assert app.may("anything")
        assert app.open_id.startswith("ou_")

    def test_left_out_ids_are_made_from_the_seed_and_stay_the_same(self):
        users = "users: [{name: 李雷}]\n"

        first, second, other = (
            parse_scenario(seed + SMALLEST + users, "x.yaml").directory()
            for seed in ("", "", "seed: other\n")
        )

        assert first.users.keys() == second.users.keys()
        assert first.users.keys() != other.users.keys()
        (user,) = first.users.values()
        assert user.union_id.startswith("on_")
        assert first.show("cli_a", "open_id", user.union_id).startswith("ou_")

    def test_secrets_are_not_shown(self):
        app = (
            parse_scenario(SMALLEST.replace("app_secret: s", "app_secret: hush"), "x.yaml")
            .directory()
            .first_app
        )

        assert "hush" not in repr(app)

    def test_group_has_everything_that_is_said_of_it(self):
        text = """\
users: [{name: Kate, email: kate@example.com}, {name: Jim, mobile: "+8613800000001"}]
groups:
  - chat_id: oc_team
    name: Team
    description: Text
    i18n_names: {zh_cn: 队}
    avatar: img_x
    owner: Kate
    created_by: cli_a
    members: ["+8613800000001"]
    bots: [cli_a]
    managers: [Jim]
    moderators: [kate@example.com]
    pending: []
    settings: {add_member_permission: only_owner, chat_type: public}
    restricted_mode: {status: true, message_has_permission_setting: not_anyone}
    tabs:
      - {name: Site, link: "https://site.example", icon_key: img_y, is_built_in: true}
      - {type: doc, name: Doc, link: "https://doc.example"}
      - {type: task}
    menus:
      - {name: Help, link: "https://help.example", i18n_names: {zh_cn: 帮助}}
      - {name: More, children: [{name: One, link: "https://one.example"}]}
    tabs_and_menus_reserved: true
    super_large: true
    meeting: true
    banned: true
"""
        team = chat(text)

        jim, kate = (
            next(
                user.union_id
                for user in parse_scenario(SMALLEST + text, "x").directory().users.values()
                if user.name == name
            )
            for name in ("Jim", "Kate")
        )
        assert (team.chat_id, team.name, team.owner, team.created_by) == ("oc_team", "Team", kate, "cli_a")
        assert team.members == [kate, jim, "cli_a"]
        assert (team.managers, team.moderators) == ([jim], [kate])
        assert team.settings["share_card_permission"] == "not_allowed"
        assert team.restricted["status"] is True
        assert [tab["tab_type"] for tab in team.tabs] == ["message", "pin", "url", "doc", "task"]
        assert team.tabs[2]["tab_config"] == {"icon_key": "img_y", "is_built_in": True}
        assert len({tab["tab_id"] for tab in team.tabs}) == 5
        assert team.menus[0]["chat_menu_item"]["i18n_names"] == {"zh_cn": "帮助"}
        assert team.menus[1]["chat_menu_item"] == {"action_type": "NONE", "name": "More"}
        assert team.menus[1]["children"][0]["chat_menu_item"]["redirect_link"] == {
            "common_url": "https://one.example"
        }
        assert all((team.tabs_and_menus_reserved, team.super_large, team.meeting, team.banned))

    def test_group_without_an_owner_belongs_to_the_first_app(self):
        team = chat("groups: [{name: Team}]")

        assert (team.owner, team.members) == ("cli_a", ["cli_a"])
        assert team.chat_id.startswith("oc_")

    def test_groups_of_one_name_are_different_groups(self):
        groups = "groups: [{name: A}, {name: A}, {}, {name: A, chat_id: oc_a}, {}, {name: A}]\n"

        ids = [chat(groups, number).chat_id for number in range(6)]

        assert len(set(ids)) == 6
        assert ids[3] == "oc_a"

    def test_first_group_of_a_name_keeps_its_id_when_another_one_comes(self):
        assert chat("groups: [{name: A}, {name: A}]").chat_id == chat("groups: [{name: A}]").chat_id

    def test_groups_of_one_name_all_exist(self):
        emulator = Emulator.from_text(SMALLEST + "groups: [{name: A}, {name: A}]\n")

        names = [found["name"] for found in emulator.acts.chats()]

        emulator.close()
        assert names == ["A", "A"]

    def test_app_may_be_installed_where_only_people_are(self):
        apps = "app_secret: s, store: true, installed_in: [t2]"
        text = SMALLEST.replace("app_secret: s", apps) + "users: [{name: A, tenant: t2}]\n"

        assert parse_scenario(text, "x.yaml").directory().first_app.works_in("t2")

    def test_somebody_who_is_named_twice_is_there_once(self):
        groups = "users: [{name: A, email: a@x}]\ngroups: [{members: [A], managers: [A, a@x]}]\n"

        assert len(chat(groups).managers) == 1

    def test_dissolved_group_has_nobody(self):
        assert chat("groups: [{name: Team, chat_status: dissolved_save}]").members == []

    def test_user_id_of_digits_needs_no_quotes(self):
        directory = parse_scenario(SMALLEST + "users: [{name: A, user_id: 12345}]", "x.yaml").directory()

        assert directory.resolve("cli_a", "user_id", "12345") is not None

    def test_tenant_nobody_described_has_the_usual_switches(self):
        directory = parse_scenario(SMALLEST, "x.yaml").directory()

        assert directory.tenant("elsewhere").quota is True

    def test_announcement_is_an_empty_docx_unless_something_else_is_said(self):
        groups = "groups: [{name: A}, {name: B, announcement: {type: doc, text: Hello}}, {name: C, chat_mode: p2p}]\n"

        plain, old, p2p = (chat(groups, number).announcement for number in range(3))

        assert (plain["type"], plain["revision"], len(plain["blocks"])) == ("docx", 1, 1)
        assert old["type"] == "doc"
        assert "Hello" in str(old["content"])
        assert p2p == {}

    def test_announcement_has_everything_that_is_said_of_it(self):
        announcement = chat(
            "users: [{name: Kate, union_id: on_kate}]\n"
            "groups: [{announcement: {blocks: [{heading1: A}, {table: [[B]]}], revision: 7, state: copying,"
            " owner: Kate, barred: [cli_a], limits: {blocks: 9}}}]\n"
        ).announcement

        assert [block["block_type"] for block in announcement["blocks"].values()] == [1, 3, 31, 32, 2]
        assert {name: announcement[name] for name in ("revision", "state", "owner", "barred", "limits")} == {
            "revision": 7,
            "state": "copying",
            "owner": "on_kate",
            "barred": ["cli_a"],
            "limits": {"blocks": 9},
        }

    @pytest.mark.parametrize(
        ("announcement", "message"),
        [
            ("{type: sheet}", "must be one of docx, doc"),
            ("{state: lost}", "must be one of usable"),
            ("{revision: 0}", "must be 1 or more"),
            ("{blocks: [{poem: A}]}", "`poem` is no kind of block"),
            ("{type: doc, blocks: [{text: A}]}", "has no blocks"),
            ("{limits: {height: 1}}", "`height` is no key here"),
            ("{texts: A}", "`texts` is no key here"),
        ],
    )
    def test_wrong_announcement_is_told(self, announcement, message):
        with pytest.raises(ScenarioError, match=message):
            chat(f"groups: [{{announcement: {announcement}}}]\n")


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            pytest.param("", "1:1", "the file is empty", id="empty"),
            pytest.param("- 1\n", "1:1", "must be a mapping", id="not a mapping"),
            pytest.param("version: 2\n", "1:10", "only version 1 is known", id="version"),
            pytest.param("version: one\n", "1:10", "must be a whole number", id="version is no number"),
            pytest.param("version: 1\n", "1:1", "`tenant` is missing", id="tenant missing"),
            pytest.param("version: 1\ntenant: {}\n", "2:9", "`key` is missing", id="tenant key missing"),
            pytest.param(
                "version: 1\ntenant: {key: t}\n", "1:1", "`apps` needs at least one app", id="no apps"
            ),
            pytest.param("a: [\n", "2:1", "", id="broken YAML"),
            pytest.param("a:\n\tb: 1\n", "2:1", "", id="tab in the indentation"),
            pytest.param(SMALLEST + "users: {}\n", "4:8", "must be a list", id="list expected"),
            pytest.param(SMALLEST + "users: [x]\n", "4:9", "must be a mapping", id="mapping expected"),
            pytest.param(SMALLEST + "teams: []\n", "4:1", "`teams` is no key here", id="unknown key"),
            pytest.param(
                SMALLEST + "seed: a\nseed: b\n", "5:1", "`seed` stands here twice", id="duplicate key"
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, age: 3}]\n",
                "4:19",
                "`age` is no key here",
                id="unknown key of a user",
            ),
            pytest.param(SMALLEST + "users: [{}]\n", "4:9", "`name` is missing", id="user without a name"),
            pytest.param(
                SMALLEST + "users: [{name: A, resigned: yes}]\n",
                "4:29",
                "must be true or false",
                id="YAML 1.1 boolean",
            ),
            pytest.param(SMALLEST + "users: [{name: [A]}]\n", "4:16", "must be text", id="text expected"),
            pytest.param(
                SMALLEST + "users: [{name: A, blocks: [B]}]\n",
                "4:28",
                "nobody is called `B`",
                id="unknown person who is blocked",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, contacts: [B]}]\n",
                "4:30",
                "nobody is called `B`",
                id="unknown person who is a contact",
            ),
            pytest.param(
                SMALLEST + "groups: [{name: A, tags: [party]}]\n",
                "4:27",
                "must be one of inner, tenant, department, edu, meeting, customer_service",
                id="unknown tag of a group",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, open_id: x}]\n", "4:28", "must begin with `ou_`", id="open_id"
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, union_id: x}]\n", "4:29", "must begin with `on_`", id="union_id"
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, email: a@x}, {name: B, email: a@x}]\n",
                "4:49",
                "two of the users have the email `a@x`",
                id="one e-mail twice",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}, {name: A}]\n",
                "4:20",
                "two of the users are called `A`: give this one a user_id of its own",
                id="one name twice",
            ),
            pytest.param(
                SMALLEST + "groups: [{owner: A}]\n", "4:18", "nobody is called `A`", id="unknown person"
            ),
            pytest.param(
                SMALLEST.replace("{key: t1}", "{key: t1, docs: {link: [A]}}"),
                "2:33",
                "nobody is called `A`",
                id="unknown collaborator",
            ),
            pytest.param(
                SMALLEST + "tenants: [{key: t2, docs: {link: [A]}}]\n",
                "4:35",
                "nobody is called `A`",
                id="unknown collaborator in a further tenant",
            ),
            pytest.param(
                SMALLEST + "groups: [{chat_id: x}]\n", "4:20", "must begin with `oc_`", id="chat_id"
            ),
            pytest.param(
                SMALLEST + "groups: [{colour: red}]\n",
                "4:11",
                "`colour` is no key here",
                id="unknown key of a group",
            ),
            pytest.param(
                SMALLEST + "groups: [{chat_mode: team}]\n", "4:22", "must be one of group", id="unknown mode"
            ),
            pytest.param(
                SMALLEST + "groups: [{settings: {edit_permission: x}}]\n",
                "4:39",
                "must be one of only_owner",
                id="setting",
            ),
            pytest.param(
                SMALLEST + "groups: [{settings: {x: y}}]\n", "4:25", "`x` is no setting", id="unknown setting"
            ),
            pytest.param(
                SMALLEST + "groups: [{restricted_mode: {status: true}}]\n",
                "4:28",
                "on needs at least one",
                id="restricted mode",
            ),
            pytest.param(
                SMALLEST + "groups: [{tabs: [{type: x}]}]\n", "4:25", "must be one of message", id="tab type"
            ),
            pytest.param(
                SMALLEST + "groups: [{menus: [{}]}]\n", "4:19", "`name` is missing", id="menu without a name"
            ),
            pytest.param(
                SMALLEST.replace("key: t1", "key: t1, built_in_tabs: [pin]"),
                "2:34",
                "`message` must come first",
                id="message tab missing",
            ),
            pytest.param(SMALLEST.replace("cli_a", "a"), "3:17", "must begin with `cli_`", id="app_id"),
            pytest.param(
                SMALLEST.replace("app_secret: s", "app_secret: s, scopes: some"),
                "3:47",
                "must be one of all",
                id="scopes",
            ),
            pytest.param(
                SMALLEST + "faults: [{kind: drop, colour: red}]\n",
                "4:10",
                "`colour` is no part",
                id="fault part",
            ),
            pytest.param(
                SMALLEST + "faults: [{kind: fire}]\n", "4:10", "kind: must be one of latency", id="fault kind"
            ),
            pytest.param(
                SMALLEST + "faults: [{kind: drop, operation: chat_sing}]\n",
                "4:10",
                "there is no operation chat_sing",
                id="fault operation",
            ),
            pytest.param(
                SMALLEST + "readings: {empty_string: melts}\n",
                "4:26",
                "must be one of clears, ignored",
                id="reading",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, open_ids: {cli_a: ou_x}}, {name: B, open_id: ou_x}]\n",
                "4:45",
                "two of the users have the open_id `ou_x`",
                id="one open_id twice",
            ),
            pytest.param(
                "version: 1\ntenant: {key: t1}\napps: [{app_id: cli_a, app_secret: s}, {app_id: cli_a, app_secret: s}]\n",
                "3:49",
                "two of the apps have the app_id `cli_a`",
                id="one app twice",
            ),
            pytest.param(
                SMALLEST + "tenants: [{key: t2}, {key: t1}]\n",
                "4:28",
                "two of the tenants have the key `t1`",
                id="one tenant twice",
            ),
            pytest.param(
                SMALLEST + "groups: [{chat_id: oc_a}, {chat_id: oc_a}]\n",
                "4:37",
                "two of the groups have the chat_id `oc_a`",
                id="one group twice",
            ),
            pytest.param(
                SMALLEST + 'users: [{name: "\\ud800"}]\n', "4:16", "half a character", id="surrogate"
            ),
            pytest.param(
                f"version: {'1' * 5000}\n", "1:10", "has more than 18 digits", id="number of 5000 digits"
            ),
            pytest.param(
                SMALLEST.replace("key: t1", "key: t1, member_cap: 0"),
                "2:31",
                "must be 1 or more",
                id="no room for members",
            ),
            pytest.param(
                SMALLEST.replace("key: t1", "key: t1, member_list_cap: -1"),
                "2:36",
                "must be 0 or more",
                id="negative length of lists",
            ),
            pytest.param(
                SMALLEST.replace("key: t1", "key: t1, search_lag: -1"),
                "2:31",
                "must be 0 or more",
                id="negative lag",
            ),
            pytest.param(
                SMALLEST.replace("key: t1", "key: t1, images: {img_a: cli_b}"),
                "2:35",
                "there is no `cli_b`",
                id="uploader",
            ),
            pytest.param(
                SMALLEST.replace("app_secret: s", "app_secret: s, tenant: t2"),
                "3:47",
                "there is no `t2`",
                id="tenant of an app",
            ),
            pytest.param(
                SMALLEST.replace("app_secret: s", "app_secret: s, installed_in: [t1, t2]"),
                "3:58",
                "there is no `t2`",
                id="tenant that has an app",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, open_ids: {cli_b: ou_a}}]\n",
                "4:30",
                "there is no `cli_b`",
                id="app of an open_id",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, open_ids: {cli_a: a}}]\n",
                "4:37",
                "must begin with `ou_`",
                id="one of the open_ids",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A, refuses: [cli_b]}]\n",
                "4:29",
                "there is no `cli_b`",
                id="bot that is refused",
            ),
            pytest.param(
                SMALLEST + "groups: [{created_by: cli_b}]\n", "4:23", "there is no `cli_b`", id="maker"
            ),
            pytest.param(
                SMALLEST + "groups: [{tenant: t2}]\n", "4:19", "there is no `t2`", id="tenant of a group"
            ),
            pytest.param(
                SMALLEST + "groups: [{i18n_names: {fr_fr: A}}]\n",
                "4:24",
                "must be one of zh_cn, en_us, ja_jp",
                id="language",
            ),
            pytest.param(
                SMALLEST + "groups: [{menus: [{name: A, i18n_names: {fr_fr: A}}]}]\n",
                "4:42",
                "must be one of zh_cn, en_us, ja_jp",
                id="language of a menu",
            ),
            pytest.param(
                SMALLEST + "groups: [{menus: [{name: A}, {name: B}, {name: C}, {name: D}]}]\n",
                "4:52",
                "`menus` has room for 3 only",
                id="menus",
            ),
            pytest.param(
                SMALLEST
                + f"groups: [{{menus: [{{name: A, children: [{'{name: B}, ' * 5}{{name: C}}]}}]}}]\n",
                "4:95",
                "`children` has room for 5 only",
                id="entries of a menu",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}]\ngroups: [{bots: [A]}]\n",
                "5:18",
                "`A` is no bot",
                id="person among the bots",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}]\ngroups: [{owner: A, managers: [A]}]\n",
                "5:32",
                "`A` is the owner",
                id="owner among the managers",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}]\ngroups: [{moderators: [A]}]\n",
                "5:24",
                "`A` is not in the group",
                id="moderator outside",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}]\ngroups: [{members: [A], pending: [A]}]\n",
                "5:35",
                "`A` is in the group already",
                id="member who waits",
            ),
            pytest.param(
                SMALLEST + "users: [{name: A}, {name: B}]\ngroups: [{chat_mode: p2p, members: [A, B]}]\n",
                "5:22",
                "a one-to-one chat has two members",
                id="one-to-one chat of three",
            ),
            pytest.param("%YAML 9.9\n", "1:1", "", id="directive alone"),
            pytest.param("a: \x00\n", "1:1", "", id="control character"),
        ],
    )
    def test_position_and_text(self, text, place, message):
        with pytest.raises(ScenarioError) as caught:
            Emulator.from_text(text)

        assert str(caught.value).startswith(f"scenario.yaml:{place}: {message}")
        assert f"{caught.value.line}:{caught.value.column}" == place
        assert caught.value.message

    def test_faults_of_the_scenario_strike_from_the_first_request_on_and_again_after_a_reset(self):
        faults = """\
faults:
  - {kind: latency, operation: chat_get, seconds: 1.5, chat_id: ~}
  - {kind: answer, code: 99991400, headers: {x-ogw-ratelimit-reset: "3"}, count: 2, done: false}
"""
        emulator = Emulator.from_text(SMALLEST + faults)
        emulator.faults.clear()
        emulator.reset()

        first, second = emulator.faults.listed()

        emulator.close()
        assert (first["operation"], first["seconds"], first["chat_id"]) == ("chat_get", 1.5, None)
        assert (second["code"], second["count"], second["headers"]) == (
            99991400,
            2,
            {"x-ogw-ratelimit-reset": "3"},
        )

    def test_missing_file(self, tmp_path):
        with pytest.raises(ScenarioError, match="No such file"):
            open_emulator(tmp_path / "missing.yaml")

    def test_file_that_is_no_text(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_bytes(b"\xff\xfe\x00")

        with pytest.raises(ScenarioError, match="UTF-8"):
            load_scenario(path)

    def test_file_that_is_too_large(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_bytes(b"#" * (LARGEST + 1))

        with pytest.raises(ScenarioError, match="larger"):
            load_scenario(path)


class TestExample:
    """The scenario of the examples."""

    @pytest.fixture
    def example(self):
        emulator = Emulator(load_scenario(EXAMPLE), None, ManualClock())
        api = Pretend(emulator)
        yield api
        api.close()

    def test_first_app_is_the_documented_one(self, example):
        assert example.emulator.first_app() == (OURS, "emulator-secret")

    def test_ids_in_the_head_comment_are_the_ids_of_the_file(self, example):
        head = EXAMPLE.read_text().partition("version: 1")[0]

        for user in example.emulator.directory.users.values():
            row = f"{user.open_ids[OURS]}  {user.user_id}  {user.email}"
            assert row in head, user.name
        for chat in example.emulator.acts.chats():
            assert chat["chat_id"] in head

    def test_one_person_has_left_and_one_is_invisible(self, example):
        users = example.emulator.directory.users.values()

        assert [user.name for user in users if user.resigned] == ["高慧"]
        assert [user.name for user in users if not user.visible] == ["周杰"]
        assert all(user.email and user.mobile.startswith("+86138000000") for user in users)

    def test_announcement_group_is_ours_and_the_other_one_is_not(self, example):
        ours, theirs = (item["chat_id"] for item in example.call("chat_list").data["items"])

        assert "owner_id" not in example.get(ours)
        assert example.call("chat_update", ours, body={"at_all_permission": "only_owner"}).code == 0
        assert example.call("chat_update", theirs, body={"at_all_permission": "only_owner"}).code == 232016


class TestReference:
    """The scenario in docs/emulator.md says everything that can be said."""

    @pytest.fixture
    def reference(self):
        page = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
        (block,) = [
            block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "version: 1" in block
        ]
        return block

    def test_it_can_be_opened(self, reference):
        emulator = Emulator.from_text(reference)

        assert [chat["name"] for chat in emulator.acts.chats()] == ["支付值班"]
        emulator.close()

    def test_no_key_is_missing(self, reference, monkeypatch):
        known, written = set(), set()

        def finish(section):
            known.update(section._taken)
            written.update(section.values)

        monkeypatch.setattr(_Section, "finish", finish)
        Emulator.from_text(reference).close()

        # Readings have a table of their own.
        assert known - written == alternatives().keys() - {"empty_string"}
