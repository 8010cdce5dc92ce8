"""Moving in: keys for chats that exist, files for what is live, and what people changed into the files."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from reconciler.config.replace import FileChange, read_group_file, replace_files
from reconciler.emulator import FaultKind
from reconciler.errors import ConfigurationError, OperationRefused, RunRefused, StateError
from reconciler.model.address import Facet
from reconciler.model.recorded import State
from reconciler.moving import find_candidates, import_groups
from tests.support.house import MemoryStore, open_house
from tests.support.moving import TARGET, open_folder
from tests.support.pretend import OTHER

FILE = """\
# teams
people: {lilei: li.lei@example.com, kate: ou_kate, bot: cli_b20fbf7e94b8d02e}
defaults:
  managers: ["@lilei"]   # shared
  permissions: {at_all: only_owner}
templates:
  strict:
    moderation: {mode: moderator_list, moderators: ["@lilei"]}
    i18n_names: {en_us: Shared}
    tabs: [{name: A, url: "https://a.example.com"}]
groups:
  # the first
  oncall:
    name: 支付值班   # shown
    description: 值班
  # the second
  project:
    template: strict
    name: 项目
    managers: {list: [ou_han], keep: ["@kate"]}   # ours
    members: ["@kate", on_jim]
    tabs: {list: [{name: B, url: "https://b.example.com"}], keep: [Wiki]}
    permissions: {share_card: not_allowed, edit: only_owner}
"""


@pytest.fixture
async def folder(house):
    with open_folder(house, groups=FILE) as opened:
        await house.apply(*opened.groups())
        yield opened


@pytest.fixture
async def newcomer(house):
    """A fleet without groups in a tenant with three chats."""
    with open_folder(house, teams=FILE) as opened:
        await house.apply(*opened.groups())
        opened.write("teams.yaml", FILE.partition("groups:")[0])
        house.state = State(lineage="lineage-2", fleet="acme-groups", endpoint="emulator")
        yield opened


def summaries(problems):
    return [str(each.summary) for each in problems]


class TestPull:
    async def test_value_goes_to_the_line_that_it_belongs_to(self, house, folder):
        house.emulator.acts.rename(house.chat_id("oncall"), "新值班")

        pulled = await folder.pull()

        assert [group.key for group in pulled.groups] == ["oncall"]
        assert folder.text() == FILE.replace("支付值班   # shown", "新值班   # shown")
        assert not (await folder.plan()).has_changes

    async def test_shared_value_gets_an_override_in_the_group(self, house, folder):
        house.emulator.acts.change(house.chat_id("oncall"), at_all_permission="all_members")

        await folder.pull()

        assert folder.text() == FILE.replace(
            "    description: 值班\n", "    description: 值班\n    permissions: {at_all: all_members}\n"
        )

    async def test_switch_keeps_the_spelling_that_it_has(self, house, folder):
        house.emulator.acts.change(house.chat_id("project"), add_member_permission="all_members")

        await folder.pull()

        assert folder.text() == FILE.replace("share_card: not_allowed", "share_card: allowed")

    async def test_people_are_written_by_alias_or_stay_as_they_are_written(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("project")
        acts.add_members(chat_id, [OTHER])
        acts.add_managers(chat_id, ["ou_lilei", OTHER])
        acts.remove_managers(chat_id, ["ou_han"])
        acts.remove_members(chat_id, ["ou_kate"])

        await folder.pull()

        assert 'managers: {list: ["@bot", "@lilei"], keep: ["@kate"]}   # ours' in folder.text()
        assert "members: [on_jim]\n" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_inherited_people_are_spelled_as_where_they_come_from(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("oncall")
        acts.add_members(chat_id, ["ou_kate"])
        acts.add_managers(chat_id, ["ou_kate"])

        await folder.pull()

        assert '    managers: ["@lilei", "@kate"]\n' in folder.text()
        assert 'managers: ["@lilei"]   # shared' in folder.text()

    async def test_inherited_list_with_a_mode_of_its_own_becomes_an_own_list(self, house, folder):
        folder.write("groups.yaml", FILE.replace("description: 值班", "managers: {mode: exact}"))
        acts, chat_id = house.emulator.acts, house.chat_id("oncall")
        acts.add_members(chat_id, ["ou_kate"])
        acts.add_managers(chat_id, ["ou_kate"])

        await folder.pull()

        assert 'managers: {mode: exact, list: ["@lilei", "@kate"]}' in folder.text()

    async def test_inherited_moderation_is_replaced_as_a_whole(self, house, folder):
        house.emulator.acts.set_moderation(house.chat_id("project"), "moderator_list", ["ou_jim"])

        await folder.pull()

        assert "    moderation:\n      mode: moderator_list\n      moderators: [ou_jim]\n" in folder.text()

    async def test_own_moderators_change_where_they_stand(self, house, folder):
        own = (
            '    name: 项目\n    moderation: {mode: moderator_list, moderators: ["@lilei", ou_jim]}  # who\n'
        )
        folder.write("groups.yaml", FILE.replace("    name: 项目\n", own))
        await house.apply(*folder.groups())
        house.emulator.acts.set_moderation(house.chat_id("project"), "moderator_list", ["ou_jim", "ou_kate"])

        await folder.pull()

        assert '{mode: moderator_list, moderators: [ou_jim, "@kate"]}  # who' in folder.text()

    async def test_inherited_name_that_is_gone_is_managed_no_longer(self, house, folder):
        house.emulator.acts.change(house.chat_id("project"), i18n_names={"en_us": ""})

        await folder.pull()

        assert "    unmanaged: [i18n_names.en_us]\n" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_own_name_that_is_gone_goes(self, house, folder):
        folder.write("groups.yaml", FILE.replace("    description: 值班", "    i18n_names: {ja_jp: x}"))
        await house.apply(*folder.groups())
        house.emulator.acts.change(house.chat_id("oncall"), i18n_names={"ja_jp": ""})

        await folder.pull()

        assert "i18n_names: {ja_jp" not in folder.text()
        assert "i18n_names: {en_us: Shared}" in folder.text()

    async def test_tabs_follow_and_kept_ones_stay_kept(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("project")
        acts.add_tab(chat_id, "url", "C", "https://c.example.com")
        acts.add_tab(chat_id, "url", "Wiki", "https://wiki.example.com")

        await folder.pull()

        assert (
            'tabs: {list: [{name: B, url: "https://b.example.com"}, {name: C, url: "https://c.example.com"}], '
            "keep: [Wiki]}" in folder.text()
        )

    async def test_kept_tab_in_front_is_listed(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("project")
        wiki = acts.add_tab(chat_id, "url", "Wiki", "https://wiki.example.com")
        [message, *others] = [tab["tab_id"] for tab in house.chat("project")["tabs"]]
        acts.sort_tabs(chat_id, [message, wiki, *(each for each in others if each != wiki)])

        await folder.pull()

        assert "name: Wiki" in folder.text()
        assert "keep: []" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_inherited_tabs_are_written_out_in_the_group(self, house, folder):
        folder.write("groups.yaml", FILE.replace("    description: 值班", "    template: strict"))
        await house.apply(*folder.groups())
        house.emulator.acts.add_tab(house.chat_id("oncall"), "url", "C", "https://c.example.com")

        await folder.pull()

        assert (
            '      - {name: A, url: "https://a.example.com"}\n      - {name: C, url: "https://c.example.com"}\n'
            in folder.text()
        )
        assert 'tabs: [{name: A, url: "https://a.example.com"}]\ngroups:' in folder.text()

    async def test_inherited_keep_is_written_beside_the_own_list(self, house, folder):
        folder.write(
            "groups.yaml",
            "defaults: {tabs: {keep: [Wiki]}}\n"
            'groups:\n  oncall: {name: 支付值班, tabs: [{name: B, url: "https://b.example.com"}]}\n',
        )
        await house.apply(*folder.groups())
        acts, chat_id = house.emulator.acts, house.chat_id("oncall")
        wiki = acts.add_tab(chat_id, "url", "Wiki", "https://wiki.example.com")
        [message, *others] = [tab["tab_id"] for tab in house.chat("oncall")["tabs"]]
        acts.sort_tabs(chat_id, [message, wiki, *(each for each in others if each != wiki)])

        await folder.pull()

        assert "keep: []}" in folder.text()
        assert "defaults: {tabs: {keep: [Wiki]}}" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_what_waits_to_be_applied_stays(self, house, folder):
        folder.write("groups.yaml", FILE.replace("description: 值班", "description: 新的"))
        house.emulator.acts.rename(house.chat_id("oncall"), "新值班")

        await folder.pull()

        assert "description: 新的" in folder.text()
        assert "新值班" in folder.text()
        [change] = [each for step in (await folder.plan()).steps for each in step.changes]
        assert change.path == "description"

    async def test_only_selected_keys_are_pulled(self, house, folder):
        for key in ("oncall", "project"):
            house.emulator.acts.rename(house.chat_id(key), f"New {key}")

        pulled = await folder.pull("proj*")

        assert [group.key for group in pulled.groups] == ["project"]
        assert "New oncall" not in folder.text()

    async def test_nothing_is_pulled_without_drift_or_chats(self, house, folder):
        assert (await folder.pull()).files == ()
        folder.write("groups.yaml", "groups:\n  other: {name: O}\n")
        assert (await folder.pull("other")).files == ()

    async def test_what_would_make_the_fleet_wrong_is_told_and_the_rest_is_pulled(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("project")
        acts.add_tab(chat_id, "url", "B", "https://other.example.com")
        acts.rename(chat_id, "新项目")
        acts.rename(house.chat_id("oncall"), "新值班")

        pulled = await folder.pull()

        assert [(str(each.summary), each.address) for each in pulled.problems] == [
            ("Drift cannot be written", "project/tabs")
        ]
        assert "新项目" in folder.text()
        assert "新值班" in folder.text()
        assert [step.address for step in (await folder.plan()).steps] == ["project/tabs"]

    async def test_value_with_an_anchor_that_others_use_is_not_touched(self, house, folder):
        anchored = "groups:\n  a: {name: &n Same}\n  b: {name: A, description: *n}\n"
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        house.emulator.acts.rename(house.chat_id("a"), "Other")

        pulled = await folder.pull("a")

        assert summaries(pulled.problems) == ["Drift cannot be written"]
        assert folder.text() == anchored

    @pytest.mark.parametrize(
        "anchored",
        [
            "groups:\n  a: {name: A, managers: &m [ou_kate], members: *m}\n",
            "groups:\n  a:\n    name: A\n    managers: &m\n      - ou_kate\n    members: *m\n",
        ],
    )
    async def test_value_that_the_same_group_uses_by_an_alias_stays_for_the_other_use(
        self, house, folder, anchored
    ):
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        house.emulator.acts.add_members(house.chat_id("a"), ["ou_jim"])
        house.emulator.acts.add_managers(house.chat_id("a"), ["ou_jim"])

        pulled = await folder.pull("a")

        [group] = folder.groups()
        assert pulled.problems == ()
        assert (group.managers.items, group.members.items) == (("ou_kate", "ou_jim"), ("ou_kate",))
        assert not (await folder.plan()).has_changes

    async def test_alias_that_need_not_change_stays(self, house, folder):
        anchored = "groups:\n  a: {name: A, tabs: &t []}\n  b: {name: B, tabs: *t}\n"
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        house.emulator.acts.rename(house.chat_id("b"), "Other")

        await folder.pull()

        assert folder.text() == anchored.replace("name: B", "name: Other")

    async def test_item_that_the_same_group_uses_by_an_alias_is_not_touched(self, house, folder):
        anchored = (
            "groups:\n  a:\n    name: A\n"
            "    tabs: [&t {name: A, url: 'https://a.example.com'}]\n    menus: [*t]\n"
        )
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        chat_id = house.chat_id("a")
        [tab] = [each for each in house.chat("a")["tabs"] if each["tab_type"] == "url"]
        house.emulator.acts.change_tab(chat_id, tab["tab_id"], link="https://b.example.com")

        pulled = await folder.pull()

        assert summaries(pulled.problems) == ["Drift cannot be written"]
        assert "has an anchor" in pulled.problems[0].detail
        assert folder.text() == anchored

    async def test_alias_becomes_a_value_of_its_own_and_the_anchor_stays(self, house, folder):
        anchored = (
            "groups:\n"
            "  a: {name: A, tabs: &t [{name: A, url: 'https://a.example.com'}]}  # A\n"
            "  b: {name: B, tabs: *t}  # B\n"
        )
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        house.emulator.acts.add_tab(house.chat_id("b"), "url", "B", "https://b.example.com")

        pulled = await folder.pull("b")

        assert pulled.problems == ()
        assert folder.text().splitlines()[:2] == anchored.splitlines()[:2]
        assert [len(group.tabs.items) for group in folder.groups()] == [1, 2]
        assert not (await folder.plan()).has_changes

    async def test_group_that_is_an_alias_gets_values_of_its_own(self, house, folder):
        anchored = "groups:\n  a: &a\n    name: Same\n    description: x   # why\n  b: *a   # too\n"
        folder.write("groups.yaml", anchored)
        await house.apply(*folder.groups())
        house.emulator.acts.rename(house.chat_id("b"), "Other")

        pulled = await folder.pull()

        assert pulled.problems == ()
        assert folder.text().startswith("groups:\n  a: &a\n    name: Same\n    description: x   # why\n  b:")
        assert [group.settings.name for group in folder.groups()] == ["Same", "Other"]

    async def test_defaults_with_an_anchor_get_an_override_in_the_group(self, house, folder):
        shared = "defaults:\n  managers: &m [ou_kate]\n"
        folder.write("groups.yaml", f"{shared}groups:\n  a: {{name: A, members: *m}}\n  b: {{name: B}}\n")
        await house.apply(*folder.groups())
        house.emulator.acts.add_members(house.chat_id("b"), ["ou_jim"])
        house.emulator.acts.add_managers(house.chat_id("b"), ["ou_jim"])

        pulled = await folder.pull()

        assert pulled.problems == ()
        assert folder.text().startswith(f"{shared}groups:\n  a: {{name: A, members: *m}}\n")
        assert not (await folder.plan()).has_changes

    async def test_group_that_cannot_be_read_is_told_and_the_rest_goes_on(self, house, folder):
        house.emulator.acts.rename(house.chat_id("oncall"), "新值班")
        house.emulator.acts.dissolve(house.chat_id("project"))

        pulled = await folder.pull()

        assert summaries(pulled.problems) == ["Group is dissolved"]
        assert "新值班" in folder.text()

    async def test_drift_that_files_cannot_say_is_a_warning(self, house, folder):
        acts, chat_id = house.emulator.acts, house.chat_id("project")
        acts.add_tab(chat_id, "url", "", "https://nameless.example.com")

        pulled = await folder.pull()

        assert summaries(pulled.problems) == ["Drift stays"]
        assert folder.text() == FILE

    async def test_byte_order_mark_and_line_breaks_stay(self, house, folder):
        windows = "\ufeff" + FILE.replace("\n", "\r\n")
        folder.write("groups.yaml", windows)
        house.emulator.acts.rename(house.chat_id("oncall"), "新值班")

        await folder.pull()

        assert folder.text() == windows.replace("支付值班", "新值班")


class TestAdopt:
    async def test_key_is_bound_and_the_group_stays_as_it_is(self, house, newcomer):
        newcomer.write("groups.yaml", "groups:\n  mine: {name: Mine}\n")
        [chat, _] = house.chats()
        writes = house.writes()

        adopted = await newcomer.adopt(mine=chat["chat_id"])

        assert [each.key for each in adopted.bound] == ["mine"]
        assert house.state.groups["mine"].chat_id == chat["chat_id"]
        assert house.state.tenant_key
        assert house.writes() == writes
        again = await newcomer.adopt(mine=chat["chat_id"])
        assert [each.key for each in again.already] == ["mine"]

    async def test_key_that_no_file_has_is_told_with_the_lines_to_add(self, newcomer):
        adopted = await newcomer.adopt(mine="oc_x")

        [problem] = adopted.problems
        assert str(problem.summary) == "Key is not in the files"
        assert "groups:\n      mine:\n        chat_id: oc_x" in problem.hint

    async def test_key_or_chat_that_is_bound_otherwise_is_refused(self, house, folder):
        folder.write("groups.yaml", FILE + "  new: {name: N}\n  named: {chat_id: oc_named}\n")

        adopted = await folder.adopt(
            oncall=house.chat_id("project"), new=house.chat_id("project"), named="oc_other"
        )

        assert summaries(adopted.problems) == [
            "Key is bound to another chat",
            "Chat is bound to another key",
            "Key is bound to another chat",
        ]
        assert adopted.bound == ()

    async def test_odd_chat_is_told_and_the_rest_goes_on(self, house, newcomer):
        newcomer.write("groups.yaml", "groups:\n  a: {name: A}\n  b: {name: B}\n  c: {name: C}\n")
        [first, second] = house.chats()
        house.emulator.acts.dissolve(first["chat_id"])

        adopted = await newcomer.adopt(a=first["chat_id"], b=second["chat_id"], c="oc_nowhere")

        assert [each.key for each in adopted.bound] == ["b"]
        assert [each.address for each in adopted.problems] == [first["chat_id"], "oc_nowhere"]
        assert str(adopted.problems[0].summary) == "Group is dissolved"

    async def test_forgotten_key_takes_up_what_was_known(self, house, folder):
        from reconciler.workflow import forget_key

        chat_id = house.chat_id("oncall")
        house.state = forget_key(house.state, "oncall", 0.0)

        await folder.adopt(oncall=chat_id)

        assert house.state.groups["oncall"].created_by_us
        assert house.state.tombstones == {}


class TestImport:
    async def test_groups_are_described_and_bound(self, house, newcomer):
        imported = await newcomer.import_all()

        assert {each.key for each in imported.bound} == set(house.state.groups)
        assert len(imported.bound) == 2
        assert all(f"chat_id: {each.chat_id}" in newcomer.text("imported.yaml") for each in imported.bound)
        assert not (await newcomer.plan()).has_changes
        assert house.state.groups[imported.bound[0].key].values, "what is live counts as applied"

    async def test_only_named_chats_are_imported_and_the_rest_goes_on_later(self, house, newcomer):
        [first, second] = house.chats()

        imported = await newcomer.import_all(first["chat_id"], first["chat_id"])
        again = await newcomer.import_all()

        assert [each.chat_id for each in imported.bound] == [first["chat_id"]]
        assert [each.chat_id for each in again.bound] == [second["chat_id"]]
        assert [each.chat_id for each in again.already] == [first["chat_id"]]

    async def test_comments_of_a_file_that_exists_stay(self, newcomer):
        newcomer.write("imported.yaml", "# mine\ngroups:\n  old: {chat_id: oc_old}   # known\n# end\n")

        await newcomer.import_all()

        assert newcomer.text("imported.yaml").startswith(
            "# mine\ngroups:\n  old: {chat_id: oc_old}   # known\n  group-"
        )
        assert newcomer.text("imported.yaml").endswith("# end\n")

    async def test_people_are_written_by_alias(self, newcomer):
        await newcomer.import_all(more=[Facet.MEMBERS])

        assert '"@lilei"' in newcomer.text("imported.yaml")
        assert '"@kate"' in newcomer.text("imported.yaml")
        assert "ou_lilei" not in newcomer.text("imported.yaml")

    async def test_aliases_that_cannot_be_looked_up_stand_for_nobody(self, house, newcomer):
        newcomer.write("teams.yaml", 'people: {han: "+8613800000002", kate: ou_kate}\n')
        house.refuse("contact_user_batch_get_id", 40004)

        imported = await newcomer.import_all()

        assert len(imported.bound) == 2
        assert "managers: [ou_han]" in newcomer.text("imported.yaml")

    async def test_odd_chats_are_told_each_and_the_rest_goes_on(self):
        rows = (
            "  - {chat_id: oc_p2p, chat_mode: p2p, owner: ou_lilei}\n"
            "  - {chat_id: oc_topic, chat_mode: topic, name: T, owner: ou_lilei, bots: [cli_a10fbf7e94b8d01d]}\n"
            "  - {chat_id: oc_out, name: Out, owner: ou_lilei}\n"
            "  - {chat_id: oc_good, name: Good, owner: ou_lilei, bots: [cli_a10fbf7e94b8d01d]}\n"
        )
        async with open_house(groups=rows) as house:
            with open_folder(house) as folder:
                imported = await folder.import_all("oc_topic", "oc_out", "oc_nowhere", "oc_good")

        assert [each.key for each in imported.bound] == ["good"]
        assert [each.address for each in imported.problems] == ["oc_topic", "oc_out", "oc_nowhere"]
        assert summaries(imported.problems)[:2] == [
            "Kind of chat is not supported",
            "Our app is not in the group",
        ]

    async def test_what_a_file_cannot_say_is_left_out_with_its_reason(self, house, newcomer):
        [chat, _] = house.chats()
        house.emulator.acts.rename(chat["chat_id"], "a\u202eb")

        imported = await newcomer.import_all(chat["chat_id"])

        [bound] = imported.bound
        [left_out] = [each for each in bound.left_out if each.path == "name"]
        assert "U+202E" in left_out.reason
        assert not (await newcomer.plan()).has_changes

    async def test_defaults_do_not_reach_groups_that_were_not_made_with_them(self, house, newcomer):
        newcomer.write(
            "imported.yaml",
            "defaults:\n  members: [ou_jim]\n  i18n_names: {ja_jp: x}\n  managers: {mode: additive}\n"
            "  restricted_mode: {message: not_anyone}\ngroups: {}\n",
        )

        imported = await newcomer.import_all()

        assert len(imported.bound) == 2
        assert "unmanaged: [i18n_names.ja_jp, members]" in newcomer.text("imported.yaml")
        assert not (await newcomer.plan()).has_changes

    async def test_group_that_would_make_the_fleet_wrong_is_told_and_the_rest_goes_on(self, house, newcomer):
        newcomer.write("imported.yaml", "defaults:\n  tabs: {keep: [B]}\ngroups: {}\n")

        imported = await newcomer.import_all()

        assert [each.name for each in imported.bound] == ["支付值班"]
        assert summaries(imported.problems) == ["Listed and kept"]
        assert imported.problems[0].address.startswith("oc_")
        assert not (await newcomer.plan()).has_changes

    async def test_forgotten_key_comes_back(self, house, folder):
        from reconciler.workflow import forget_key

        chat_id = house.chat_id("oncall")
        house.state = forget_key(house.state, "oncall", 0.0)
        folder.write(
            "groups.yaml",
            FILE.replace(
                "  # the first\n  oncall:\n    name: 支付值班   # shown\n    description: 值班\n", ""
            ),
        )

        imported = await folder.import_all()

        assert [(each.key, each.chat_id) for each in imported.bound] == [("oncall", chat_id)]
        assert house.state.groups["oncall"].created_by_us

    async def test_scope_that_lacks_ends_the_import(self, house, newcomer):
        house.refuse("chat_tab_list", 99991672, count=None)

        with pytest.raises(OperationRefused):
            await newcomer.import_all()

        assert not (newcomer.root / "imported.yaml").exists()

    @pytest.mark.parametrize("operation", ["chat_get", "contact_user_batch_get_id"])
    async def test_used_up_quota_ends_the_import(self, house, newcomer, operation):
        newcomer.write("teams.yaml", 'people: {han: "+8613800000002"}\n')
        house.fault(FaultKind.ANSWER, operation, code=99991403, status=400, count=None)

        with pytest.raises(RunRefused):
            await newcomer.import_all()

    async def test_state_that_cannot_be_written_ends_the_import_and_the_next_plan_adopts(
        self, house, newcomer
    ):
        scope = newcomer.scope()
        candidates = await find_candidates(scope, (), frozenset(), house.gateway)

        with pytest.raises(StateError):
            await import_groups(
                scope, candidates, TARGET, house.gateway, MemoryStore(broken_from=0), house.clock
            )

        plan = await newcomer.plan()
        assert {str(step.action) for step in plan.steps} == {"adopt"}

    @pytest.mark.parametrize("file", ["_x.yaml", "groupctl.yaml", "tenant.emulator.yaml"])
    async def test_file_that_no_groups_are_read_from_is_refused(self, house, newcomer, file):
        newcomer.write("tenant.emulator.yaml", "groups: [{name: 值班}]\n")
        scope = newcomer.scope()
        candidates = await find_candidates(scope, (), frozenset(), house.gateway)

        with pytest.raises(ConfigurationError) as caught:
            await import_groups(
                scope, candidates, PurePosixPath(file), house.gateway, house.store, house.clock
            )

        assert summaries(caught.value.diagnostics) == ["File is not part of the fleet"]
        assert not (newcomer.root / "_x.yaml").exists()

    async def test_calls_are_told_before(self, house, newcomer):
        candidates = await find_candidates(newcomer.scope(), (), frozenset({Facet.MEMBERS}), house.gateway)

        assert candidates.calls == {
            "chat_get": 2,
            "docx_chat_announcement_get": 2,
            "docx_chat_announcement_block_list": 2,
            "chat_tab_list": 2,
            "chat_menu_tree_get": 2,
            "chat_members_get": 2,
            "contact_user_batch_get_id": 1,
        }
        assert candidates.shortest_seconds == 0


class TestFiles:
    def test_file_outside_the_fleet_is_refused(self, tmp_path):
        for path in ("../x.yaml", "/x.yaml"):
            with pytest.raises(ConfigurationError) as caught:
                read_group_file(tmp_path, PurePosixPath(path))
            assert summaries(caught.value.diagnostics) == ["Path outside the fleet"]

    def test_file_that_is_no_text_is_refused(self, tmp_path):
        (tmp_path / "x.yaml").write_bytes(b"\xff")

        with pytest.raises(ConfigurationError) as caught:
            read_group_file(tmp_path, PurePosixPath("x.yaml"))

        assert summaries(caught.value.diagnostics) == ["Not UTF-8"]

    def test_file_that_changed_meanwhile_is_left_alone(self, tmp_path):
        (tmp_path / "x.yaml").write_text("new")

        with pytest.raises(ConfigurationError) as caught:
            replace_files(tmp_path, [FileChange(PurePosixPath("x.yaml"), "old", "ours")])

        assert summaries(caught.value.diagnostics) == ["File was changed by somebody else"]
        assert (tmp_path / "x.yaml").read_text() == "new"

    def test_mode_and_links_of_a_file_stay(self, tmp_path):
        (tmp_path / "real.yaml").write_text("old")
        (tmp_path / "real.yaml").chmod(0o640)
        (tmp_path / "x.yaml").symlink_to("real.yaml")

        replace_files(tmp_path, [FileChange(PurePosixPath("x.yaml"), "old", "new")])

        assert (tmp_path / "x.yaml").is_symlink()
        assert (tmp_path / "real.yaml").read_text() == "new"
        assert (tmp_path / "real.yaml").stat().st_mode & 0o777 == 0o640

    def test_nothing_lies_about_when_writing_fails(self, tmp_path):
        (tmp_path / "x.yaml").mkdir()

        with pytest.raises(OSError, match=r"x\.yaml"):
            replace_files(tmp_path, [FileChange(PurePosixPath("x.yaml/y.yaml/../../x.yaml"), "", "new")])

        assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]
