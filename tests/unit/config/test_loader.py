"""Loading whole fleets: what comes out when nothing is wrong, and what else can be."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from reconciler.config import (
    load_configuration,
    load_emulator_place,
    load_settings,
    missing_names,
)
from reconciler.errors import ConfigurationError, Severity, Source
from reconciler.model.collection import Collection, Mode
from reconciler.model.fleet import ForgetsLimit, GuardLimits, LockoutLimit, PeopleLimit, RemovalsLimit
from reconciler.model.group import DesiredGroup
from reconciler.model.menus import Menu, MenuItem, MenuLink
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, RestrictedMode, Settings
from reconciler.model.tabs import Tab
from tests.support.config import load, load_groups, problems_in, problems_of

EXAMPLES = Path(__file__).parents[3] / "examples/groups"


def _group(folder: Path, body: str) -> DesiredGroup:
    return load_groups(folder, f"groups:\n  ops: {body}\n")["ops"]


def test_nothing_written_is_nothing_managed(tmp_path):
    assert _group(tmp_path, "{}") == DesiredGroup(key="ops")


def test_settings_become_settings(tmp_path):
    group = _group(
        tmp_path,
        """
    name: 值班
    i18n_names: {en_us: On-call}
    description: ""
    chat_type: public
    group_message_type: thread
    owner: self
    chat_id: oc_1
    previously: [old-ops, older-ops]
    on_remove: dissolve
    permissions: {add_member: only_owner, membership_approval: approval_required}
    restricted_mode: {download: not_anyone}""",
    )

    assert group == DesiredGroup(
        key="ops",
        chat_id="oc_1",
        previously=("old-ops", "older-ops"),
        owner="self",
        on_remove="dissolve",
        settings=Settings(
            name="值班",
            i18n_names={"en_us": "On-call"},
            description="",
            chat_type="public",
            group_message_type="thread",
            permissions=Permissions(add_member="only_owner", membership_approval="approval_required"),
            restricted_mode=RestrictedMode(status=True, download="not_anyone"),
        ),
    )


@pytest.mark.parametrize("written", ["li.lei@example.com", '"@lilei"', "Li.Lei@example.com"])
def test_owner_may_be_anybody_who_can_be_named(tmp_path, written):
    groups = load_groups(
        tmp_path, f"people: {{lilei: li.lei@example.com}}\ngroups: {{ops: {{owner: {written}}}}}\n"
    )

    assert groups["ops"].owner == "li.lei@example.com"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("{}", False),
        ("{status: false}", False),
        ("{screenshot: all_members}", False),
        ("{message: not_anyone}", True),
        ("{status: true, message: not_anyone}", True),
    ],
)
def test_restricted_mode_without_status_is_on_when_something_is_restricted(tmp_path, written, status):
    mode = _group(tmp_path, f"{{restricted_mode: {written}}}").settings.restricted_mode

    assert mode is not None
    assert mode.status is status


def test_share_card_is_add_member(tmp_path):
    group = _group(tmp_path, "{permissions: {share_card: not_allowed}}")

    assert group.settings.permissions == Permissions(add_member="only_owner")


def test_share_card_and_add_member_that_agree_are_one_setting(tmp_path):
    group = _group(tmp_path, "{permissions: {share_card: allowed, add_member: all_members}}")

    assert group.settings.permissions == Permissions(add_member="all_members")


def test_empty_list_is_managed_and_empty(tmp_path):
    assert _group(tmp_path, "{tabs: []}").tabs == Collection[Tab](mode=Mode.EXACT)


def test_mode_alone_manages_nothing(tmp_path):
    assert _group(tmp_path, "{tabs: {mode: additive}}").tabs is None


def test_members_are_additive(tmp_path):
    group = _group(tmp_path, "{members: [ou_1, cli_1, self]}")

    assert group.members == Collection[str](mode=Mode.ADDITIVE, items=("ou_1", "cli_1", "self"))


def test_our_app_stays_among_the_managers_because_a_person_may_own_the_group(tmp_path):
    group = _group(tmp_path, "{managers: {list: [self, ou_1], keep: [ou_2]}}")

    assert group.managers == Collection[str](mode=Mode.EXACT, items=("self", "ou_1"), keep=("ou_2",))


def test_moderation_by_its_short_form(tmp_path):
    assert _group(tmp_path, "{moderation: only_owner}").moderation == Moderation(mode="only_owner")


def test_moderators_are_exact(tmp_path):
    group = _group(tmp_path, "{moderation: {mode: moderator_list, moderators: [ou_1]}}")

    assert group.moderation == Moderation(
        mode="moderator_list", moderators=Collection[str](mode=Mode.EXACT, items=("ou_1",))
    )


def test_tabs_and_menus_become_typed(tmp_path):
    group = _group(
        tmp_path,
        """
    tabs:
      mode: additive
      list:
        - {name: A, doc: "https://x/doc"}
        - {name: B, url: "https://x", open_in_app: true, icon: img_1}
    menus:
      - {name: C, url: "https://x", icon: img_2, i18n_names: {}}
      - {name: D, url: {common: "https://x", ios: "https://i"}}
      - {name: E, children: [{name: F, i18n_names: {en_us: G}}]}""",
    )

    assert group.tabs == Collection[Tab](
        mode=Mode.ADDITIVE,
        items=(
            Tab(name="A", type="doc", link="https://x/doc"),
            Tab(name="B", type="url", link="https://x", open_in_app=True, icon="img_1"),
        ),
    )
    assert group.menus == Collection[Menu](
        mode=Mode.EXACT,
        items=(
            Menu(name="C", url=MenuLink(common="https://x"), icon="img_2"),
            Menu(name="D", url=MenuLink(common="https://x", ios="https://i")),
            Menu(name="E", children=(MenuItem(name="F", i18n_names={"en_us": "G"}),)),
        ),
    )


def test_aliases_are_known_in_all_files(tmp_path):
    groups = load_groups(
        tmp_path, 'groups:\n  ops: {managers: ["@lilei"]}\n', people="people: {lilei: ou_1}\n"
    )

    assert groups["ops"].managers == Collection[str](mode=Mode.EXACT, items=("ou_1",))


def test_unused_alias_may_be_an_e_mail(tmp_path):
    assert load_groups(tmp_path, "people: {lilei: li.lei@example.com}\ngroups: {ops: {}}\n")


def test_templates_are_known_in_all_files_and_later_ones_win(tmp_path):
    groups = load_groups(
        tmp_path,
        "groups:\n  ops: {template: [a, b]}\n  dev: {template: a}\n",
        other="templates: {a: {name: A, description: a}, b: {name: B}}\n",
    )

    assert groups["ops"].settings == Settings(name="B", description="a")
    assert groups["dev"].settings == Settings(name="A", description="a")


def test_file_defaults_hold_for_their_file_only(tmp_path):
    groups = load_groups(
        tmp_path, "defaults: {description: x}\ngroups: {ops: {}}\n", other="groups: {dev: {}}\n"
    )

    assert (groups["ops"].settings.description, groups["dev"].settings.description) == ("x", None)


def test_nearer_layers_win(tmp_path):
    configuration = load(
        tmp_path,
        {
            "groupctl.yaml": "version: 1\nfleet: acme\n"
            "defaults: {name: fleet, description: fleet, chat_type: private, group_message_type: chat}\n",
            "a.yaml": "defaults: {name: file, description: file, chat_type: public}\n"
            "templates: {t: {name: template, description: template}}\n"
            "groups: {ops: {template: t, name: group}}\n",
        },
    )

    assert configuration.fleet.groups["ops"].settings == Settings(
        name="group", description="template", chat_type="public", group_message_type="chat"
    )


def test_groups_stand_in_the_order_of_their_keys(tmp_path):
    assert list(load_groups(tmp_path, "groups: {b: {}, a: {}}\n", other="groups: {aa: {}}\n")) == [
        "a",
        "aa",
        "b",
    ]


class TestSettingsAlone:
    def test_fleet_of_the_settings_has_no_groups_whatever_the_other_files_hold(self, tmp_path):
        (tmp_path / "groupctl.yaml").write_text("version: 1\nfleet: acme\ntenant: {endpoint: lark}\n")
        (tmp_path / "broken.yaml").write_text("groups: [\n")

        configuration = load_settings(tmp_path)

        assert (configuration.fleet.name, configuration.endpoint) == ("acme", "lark")
        assert configuration.fleet.groups == {}

    def test_what_is_wrong_with_the_settings_is_told(self, tmp_path):
        (tmp_path / "groupctl.yaml").write_text("version: 1\nflet: acme\n")

        with pytest.raises(ConfigurationError):
            load_settings(tmp_path)


class TestEmulatorPlace:
    def test_only_the_settings_are_read(self, tmp_path):
        (tmp_path / "groupctl.yaml").write_text("version: 1\nfleet: acme\nemulator: {scenario: a.yaml}\n")
        (tmp_path / "broken.yaml").write_text("groups: [\n")

        place = load_emulator_place(tmp_path)

        assert place.root == tmp_path
        assert place.emulator.scenario == tmp_path / "a.yaml"
        assert place.emulator.database == tmp_path / ".groupctl/emulator.sqlite"

    @pytest.mark.parametrize(
        ("settings", "summary"),
        [
            ("version: 1\nfleet: acme\nemulator: {database: ../x.sqlite}\n", "Path outside the fleet"),
            ("version: 1\nflet: acme\n", "Unknown key"),
            ("version: [\n", "Invalid YAML"),
        ],
    )
    def test_what_is_wrong_with_them_is_told(self, tmp_path, settings, summary):
        (tmp_path / "groupctl.yaml").write_text(settings)

        with pytest.raises(ConfigurationError) as caught:
            load_emulator_place(tmp_path)

        assert summary in [str(problem.summary) for problem in caught.value.diagnostics]

    def test_folder_without_a_fleet_is_told(self, tmp_path):
        with pytest.raises(ConfigurationError):
            load_emulator_place(tmp_path)


class TestSettings:
    def test_defaults(self, tmp_path):
        configuration = load(tmp_path, {"a.yaml": ""})

        assert configuration.fleet.name == "acme"
        assert configuration.fleet.guards == GuardLimits()
        assert configuration.fleet.operate_as_owner is False
        assert (configuration.endpoint, configuration.state) == ("feishu", "groupctl.lock.json")
        assert configuration.emulator.scenario == tmp_path / "tenant.emulator.yaml"
        assert configuration.emulator.database == tmp_path / ".groupctl/emulator.sqlite"
        assert configuration.root == tmp_path
        assert configuration.warnings == ()

    def test_all_of_them(self, tmp_path):
        settings = """
version: 1
fleet: acme
tenant: {endpoint: lark, operate_as_owner: true}
groups: [teams/*.yaml]
state: state/lock.json
guards:
  removals: {count: 1, fraction: 0.5}
  forgets: {count: 2, fraction: 1}
  lockout: {min_managers: 3}
  people: {max: 4}
emulator: {scenario: a.yaml, database: b.sqlite}
people: {lilei: ou_1}
defaults: {name: x}
templates: {t: {}}
"""
        configuration = load(tmp_path, {"groupctl.yaml": settings, "teams/a.yaml": "groups: {ops: {}}\n"})

        assert configuration.fleet.guards == GuardLimits(
            removals=RemovalsLimit(count=1, fraction=0.5),
            forgets=ForgetsLimit(count=2, fraction=1.0),
            lockout=LockoutLimit(min_managers=3),
            people=PeopleLimit(max=4),
        )
        assert configuration.fleet.operate_as_owner is True
        assert (configuration.endpoint, configuration.state) == ("lark", "state/lock.json")
        assert configuration.emulator.database == tmp_path / "b.sqlite"
        assert configuration.fleet.groups["ops"].settings.name == "x"

    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://feishu.example.com",
            "https://feishu.example.com:8443/",
            "http://127.0.0.1:8080",
            "http://[::1]:80",
        ],
    )
    def test_endpoint_can_be_a_url(self, tmp_path, endpoint):
        settings = f'version: 1\nfleet: acme\ntenant: {{endpoint: "{endpoint}"}}\n'

        assert load(tmp_path, {"groupctl.yaml": settings, "a.yaml": ""}).endpoint == endpoint

    @pytest.mark.parametrize(
        "endpoint",
        [
            "ftp://x",
            "https://",
            "https://x/path",
            "https://x?q",
            "https://x#f",
            "http://x",
            "https://u@x",
            "http://[x",
        ],
    )
    def test_other_endpoints_are_refused(self, tmp_path, endpoint):
        settings = f'version: 1\nfleet: acme\ntenant: {{endpoint: "{endpoint}"}}\n'

        told = problems_of(tmp_path, {"groupctl.yaml": settings, "a.yaml": ""})

        assert [str(each.summary) for each in told] == ["Invalid endpoint"]

    def test_emulator_scenario_is_no_group_file(self, tmp_path):
        configuration = load(tmp_path, {"a.yaml": "", "tenant.emulator.yaml": "users: []\n"})

        assert configuration.fleet.groups == {}

    def test_unreadable_settings_do_not_hide_other_problems(self, tmp_path):
        told = problems_of(tmp_path, {"groupctl.yaml": "version: [\n", "a.yaml": "x: 1\n"})

        assert [str(each.summary) for each in told] == ["Unknown key", "Invalid YAML"]

    def test_settings_that_are_no_map(self, tmp_path):
        told = problems_of(tmp_path, {"groupctl.yaml": "[1]\n", "a.yaml": ""})

        assert [(str(each.summary), each.source.line) for each in told if each.source] == [("Wrong type", 1)]


class TestMissingNames:
    def test_key_without_chat_needs_a_name(self, tmp_path):
        configuration = load(
            tmp_path,
            {"a.yaml": "groups:\n  new: {}\n  bound: {}\n  adopted: {chat_id: oc_1}\n  named: {name: x}\n"},
        )

        told = missing_names(configuration, {"bound"})

        assert [(each.address, each.source) for each in told] == [
            ("new/settings", Source((tmp_path / "a.yaml").as_posix(), 2, 3))
        ]


class TestSeveralProblems:
    def test_all_files_are_told_in_order(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        files = {
            "b.yaml": "groups:\n  ops: {chat_type: x}\n  dev: {y: 1}\n",
            "a.yaml": "groups:\n  qa: {z: 1}\n",
        }

        told = problems_of(Path(), files)

        assert [str(each.source) for each in told] == ["a.yaml:2:8", "b.yaml:2:20", "b.yaml:3:9"]

    def test_inherited_mistake_is_told_once(self, tmp_path):
        groups = 'defaults: {managers: ["@gone"], tabs: {mode: additive, keep: [A]}}\ngroups: {a: {}, b: {}, c: {}}\n'

        assert problems_in(tmp_path, groups) == ["1:23 Unknown alias", "1:56 Conflicting settings"]

    def test_template_that_nobody_uses_is_checked(self, tmp_path):
        assert problems_in(tmp_path, "templates: {t: {tabs: [{name: A}]}}\n") == [
            "1:25 Tab without a single target"
        ]

    def test_wrong_part_hides_only_itself(self, tmp_path):
        groups = "groups:\n  ops:\n    tabs: [{name: A, url: https://x, x: 1}, {name: A, url: https://x}]\n    name: ''\n"

        assert problems_in(tmp_path, groups) == ["3:38 Unknown key", "4:11 Empty name"]

    def test_names_from_an_unreadable_file_are_not_called_unknown(self, tmp_path):
        groups = 'groups:\n  ops: {template: t, managers: ["@lilei"], name: ""}\n'

        assert problems_in(tmp_path, groups, broken="people: [\n") == ["2:50 Empty name"]

    def test_names_with_a_wrong_definition_are_not_called_unknown(self, tmp_path):
        groups = (
            'people: {lilei: 1}\ntemplates: {t: 1}\ngroups:\n  ops: {template: t, managers: ["@lilei"]}\n'
        )

        assert problems_in(tmp_path, groups) == ["1:17 Wrong type", "2:16 Wrong type"]

    def test_mistake_behind_an_alias_is_told_once(self, tmp_path):
        groups = "groups:\n  a: {permissions: &p {x: 1}}\n  b: {permissions: *p}\n  c: &c {y: 1}\n  d: *c\n"

        assert problems_in(tmp_path, groups) == ["2:24 Unknown key", "4:10 Unknown key"]

    def test_file_that_is_no_map(self, tmp_path):
        assert problems_in(tmp_path, "- groups\n") == ["1:1 Wrong type"]

    def test_section_that_is_no_map(self, tmp_path):
        assert problems_in(tmp_path, "groups: []\ndefaults: x\n") == ["1:9 Wrong type", "2:11 Wrong type"]

    def test_warnings_stand_beside_errors(self, tmp_path):
        told = problems_of(tmp_path, {"a.yaml": f"groups: {{ops: {{name: {'x' * 61}, description: 1}}}}\n"})

        assert [each.severity for each in told] == [Severity.WARNING, Severity.ERROR]

    def test_file_with_too_many_problems_is_left_alone(self, tmp_path):
        other = "groups: {" + ", ".join(f"g{n}: {n}" for n in range(1001)) + "}\n"
        told = problems_of(tmp_path, {"a.yaml": other, "b.yaml": 'groups: {ops: {managers: ["@x"], y: 1}}\n'})

        assert [str(each.summary) for each in told] == [
            "Too many problems",
            *["Wrong type"] * 1000,
            "Unknown key",
        ]

    def test_long_value_is_shortened(self, tmp_path):
        told = problems_of(tmp_path, {"a.yaml": f"groups: {{ops: {{chat_type: {'x' * 99}}}}}\n"})

        assert told[0].detail == f"`chat_type` cannot be `{'x' * 39}…`."


def test_secret_in_the_wrong_place_is_never_printed(tmp_path):
    canary = "hunter2-canary"
    settings = f"version: 1\nfleet: acme\ntenant: {{endpoint: feishu, app_secret: {canary}}}\n"
    groups = f"token: {canary}\ngroups: {{ops: {{password: {canary}, x: {canary}, name: [{canary}], managers: [{canary}]}}}}\n"

    told = problems_of(tmp_path, {"groupctl.yaml": settings, "a.yaml": groups})

    assert len(told) == 6
    assert canary not in repr(told)


def test_warnings_come_with_the_configuration(tmp_path):
    configuration = load(tmp_path, {"a.yaml": f"groups: {{ops: {{name: {'x' * 61}}}}}\n"})

    assert [str(each.summary) for each in configuration.warnings] == ["Longer than advised"]


def test_bytes_of_a_name_are_a_warning(tmp_path):
    menus = f"menus: [{{name: {'长' * 41}}}]"

    configuration = load(tmp_path, {"a.yaml": f"groups: {{ops: {{{menus}}}}}\n"})

    assert [str(each.summary) for each in configuration.warnings] == ["Name may be too long"]


def test_missing_folder_has_no_fleet(tmp_path):
    with pytest.raises(ConfigurationError):
        load_configuration(tmp_path / "nowhere")


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collector_is_left_as_it_was(tmp_path, enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        load(tmp_path, {"a.yaml": ""})
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_examples_are_right():
    configuration = load_configuration(EXAMPLES)

    assert len(configuration.fleet.groups) >= 8
    assert configuration.warnings == ()
    assert missing_names(configuration, frozenset()) == ()
