"""Where the values of a group come from, and what they override."""

from __future__ import annotations

import pytest

from reconciler.config.explain import explain, narrowed, shown
from reconciler.config.merge import merge
from reconciler.errors import UsageError
from reconciler.model.explanation import Explained, Word
from tests.support.config import load

FILES = {
    "groupctl.yaml": """\
version: 1
fleet: acme
defaults:
  permissions: {add_member: all_members, at_all: only_owner}
  tabs: [{name: Old, url: https://o}, {name: Runbook, url: https://r}]
""",
    "groups.yaml": """\
people: {lilei: Li.Lei@example.com, phone: "+8613800001234"}
defaults:
  permissions: {share_card: not_allowed}
  members: {mode: exact, list: [ou_1]}
templates:
  incident:
    name: Incident
    moderation: {mode: moderator_list, moderators: ["@phone"]}
    unmanaged: [permissions.at_all]
  quiet:
    moderation: only_owner
    permissions: {urgent: only_owner}
groups:
  ops:
    template: [incident]
    name: 值班
    owner: "@lilei"
    managers: ["@phone", "@lilei"]
    unmanaged: [members]
    announcement: {markdown: "# 值班", replace_all: true}
    tabs: {keep: [Pinned], list: [{name: Runbook, url: https://new}]}
    menus:
      - name: 应急
        children: [{name: 升级, url: https://e}]
  still:
    template: [incident, quiet]
    unmanaged: [settings]
    members: [self, ou_1]
    on_remove: dissolve
""",
}


@pytest.fixture
def configuration(tmp_path):
    return load(tmp_path, FILES)


@pytest.fixture
def ops(configuration):
    return _values(configuration, "ops")


def _values(configuration, key: str) -> dict[str, Explained]:
    origin = configuration.positions.origin(key)
    return {each.path: each for each in explain(origin, configuration.fleet.groups[key])}


def _place(word: Word) -> str:
    file = word.source.file.rpartition("/")[2]
    return f"{file}:{word.source.line}:{word.source.column}"


def _told(word: Word | None) -> tuple[str, str, str | None, str]:
    assert word
    return word.action, word.layer, word.template, _place(word)


def test_nearest_layer_decides_and_the_others_are_overridden_nearest_first(ops):
    name = ops["name"]

    assert (name.value, _told(name.decided_by)) == ("值班", ("written", "group", None, "groups.yaml:16:5"))
    assert [(_told(word), word.value) for word in name.overrides] == [
        (("written", "template", "incident", "groups.yaml:7:5"), "Incident")
    ]


def test_other_spelling_is_named_where_it_decides(ops):
    add_member = ops["permissions.add_member"]

    assert add_member.value == "only_owner"
    assert add_member.decided_by.spelling == "permissions.share_card"
    assert _told(add_member.decided_by) == ("written", "file defaults", None, "groups.yaml:3:17")
    assert [(word.layer, word.spelling) for word in add_member.overrides] == [("fleet defaults", "")]


def test_cut_is_the_last_word_with_its_place(ops):
    at_all = ops["permissions.at_all"]

    assert not at_all.managed
    assert _told(at_all.decided_by) == ("unmanaged", "template", "incident", "groups.yaml:9:17")
    assert [_told(word) for word in at_all.overrides] == [
        ("written", "fleet defaults", None, "groupctl.yaml:4:42")
    ]


def test_cut_of_a_facet_cuts_all_of_it(ops):
    assert {path: ops[path].managed for path in ("members", "members.mode", "members/ou_1")} == {
        "members": False,
        "members.mode": False,
        "members/ou_1": False,
    }


def test_cut_that_cuts_nothing_is_told(configuration):
    values = _values(configuration, "still")

    assert _told(values["avatar"].decided_by) == ("unmanaged", "group", None, "groups.yaml:27:17")
    assert _told(values["permissions.urgent"].decided_by)[0] == "unmanaged"


def test_thing_of_a_list_that_a_nearer_one_replaces_says_so(ops):
    old = ops["tabs/Old"]

    assert not old.managed
    assert _told(old.decided_by) == ("replaced", "group", None, "groups.yaml:21:28")
    assert [_told(word) for word in old.overrides] == [
        ("written", "fleet defaults", None, "groupctl.yaml:5:10")
    ]


def test_thing_of_the_same_name_overrides_that_of_the_farther_list(ops):
    runbook = ops["tabs/Runbook"]

    assert runbook.value == {"url": "https://new"}
    assert [word.value for word in runbook.overrides] == [{"url": "https://r"}]


def test_moderation_replaces_the_moderators_of_farther_layers(configuration):
    values = _values(configuration, "still")

    assert values["moderation"].value == "only_owner"
    assert _told(values["moderation/+8613800001234"].decided_by) == (
        "replaced",
        "template",
        "quiet",
        "groups.yaml:11:5",
    )
    assert not values["moderation.moderators"].managed


def test_modes_that_nobody_writes_are_defaults(ops):
    assert {path: each.value for path, each in ops.items() if path.endswith(".mode") and each.managed} == {
        "managers.mode": "exact",
        "moderation.moderators.mode": "exact",
        "tabs.mode": "exact",
        "menus.mode": "exact",
    }
    assert ops["managers.mode"].decided_by is None


def test_parts_of_collections_and_announcement_have_entries_of_their_own(ops):
    assert (ops["tabs.keep"].value, ops["announcement"].value, ops["announcement.replace_all"].value) == (
        ["Pinned"],
        "# 值班\n",
        True,
    )
    assert ops["menus/应急/升级"].value == {"url": "https://e"}


def test_members_by_implication_say_why(ops):
    lilei, phone = ops["members/li.lei@example.com"], ops["members/+8613800001234"]

    assert [(duty.role, duty.source.line) for duty in lilei.implied_by] == [("owner", 17), ("manager", 18)]
    assert [(duty.role, duty.source.line) for duty in phone.implied_by] == [("manager", 18), ("moderator", 8)]
    assert (lilei.managed, lilei.decided_by) == (True, None)


def test_values_stand_in_the_order_of_the_documentation(ops):
    heads = list(dict.fromkeys(path.partition("/")[0].partition(".")[0] for path in ops))

    assert heads == [
        "name",
        "owner",
        "permissions",
        "moderation",
        "managers",
        "members",
        "announcement",
        "tabs",
        "menus",
        "on_remove",
    ]


@pytest.mark.parametrize("key", ["ops", "still"])
def test_what_is_managed_is_what_the_merged_layers_hold(configuration, key):
    values = _values(configuration, key)
    origin = configuration.positions.origin(key)
    merged = merge(origin.layers)
    written = {
        path.partition("/")[0].partition(".")[0]
        for path, each in values.items()
        if each.managed and each.decided_by
    }

    assert written == {name for name, value in merged.items() if value or not isinstance(value, dict)}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("permissions", ["permissions.add_member", "permissions.at_all"]),
        ("permissions.share_card", ["permissions.add_member"]),
        ("tabs/Runbook", ["tabs/Runbook"]),
        ("menus/应急", ["menus/应急", "menus/应急/升级"]),
        ("managers/@lilei", ["managers/li.lei@example.com"]),
        ("managers/LI.LEI@example.com", ["managers/li.lei@example.com"]),
        ("members/+8613800001234", ["members/+8613800001234"]),
        ("settings", ["name", "permissions.add_member", "permissions.at_all"]),
        ("on_remove", ["on_remove"]),
    ],
)
def test_path_narrows_to_a_value_and_what_is_below_it(configuration, ops, path, found):
    assert [each.path for each in narrowed(ops.values(), path, configuration.people)] == found


def test_empty_path_narrows_nothing(configuration, ops):
    assert narrowed(ops.values(), "", configuration.people) == tuple(ops.values())


def test_known_path_that_nothing_writes_is_unmanaged(ops):
    assert narrowed(ops.values(), "avatar", {}) == (Explained(path="avatar", managed=False),)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("permisions.at_all", "permissions.at_all"),
        ("tabs/Runbok", "tabs/Runbook"),
        ("managers/@lile", "managers/@lilei"),
    ],
)
def test_unknown_path_is_wrong_usage_with_what_was_probably_meant(configuration, ops, path, meant):
    with pytest.raises(UsageError) as raised:
        narrowed(ops.values(), path, configuration.people)

    (problem,) = raised.value.diagnostics
    assert problem.hint == f"Did you mean `{meant}`?"


def test_path_like_no_other_gets_examples(ops):
    with pytest.raises(UsageError) as raised:
        narrowed(ops.values(), "%%%", {})

    assert "`members/@lilei`" in raised.value.diagnostics[0].hint


def test_mobile_numbers_are_shown_by_both_ends_only(ops):
    told = [shown(each).model_dump_json() for each in ops.values()]

    assert not any("13800001234" in each for each in told)
    assert any('"members/+86…1234"' in each for each in told)


def test_owner_who_is_a_mobile_number_is_masked(tmp_path):
    configuration = load(tmp_path, {"groups.yaml": 'groups: {a: {name: A, owner: "+8613800001234"}}\n'})

    assert shown(_values(configuration, "a")["owner"]).value == "+86…1234"
