from __future__ import annotations

import pytest

from reconciler.diff.changes import ChangeKind, Direction, Level, Risk
from reconciler.diff.risk import (
    ITEMS,
    NEUTRAL,
    VALUES,
    Bans,
    Ownership,
    Rights,
    Scale,
    gravity,
    risk_of_item,
    risk_of_value,
)
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.moderation import Moderation
from reconciler.model.settings import Permissions, Settings
from tests.support.builders import LILEI, exact
from tests.support.cli import REPOSITORY

OFF = {"status": False, "screenshot": "all_members", "download": "all_members", "message": "all_members"}
NO_SCREENSHOTS = {**OFF, "status": True, "screenshot": "not_anyone"}
NO_DOWNLOADS = {**OFF, "status": True, "download": "not_anyone"}


def loosens(level):
    return Risk(direction=Direction.LOOSENS, level=level)


def tightens(level):
    return Risk(direction=Direction.TIGHTENS, level=level)


@pytest.mark.parametrize(
    ("path", "tight", "loose", "level"),
    [
        ("chat_type", "private", "public", Level.HIGH),
        ("permissions.add_member", "only_owner", "all_members", Level.MEDIUM),
        ("permissions.membership_approval", "approval_required", "no_approval_required", Level.MEDIUM),
        ("permissions.at_all", "only_owner", "all_members", Level.LOW),
        ("permissions.edit", "only_owner", "all_members", Level.LOW),
        ("permissions.urgent", "only_owner", "all_members", Level.LOW),
        ("permissions.video_conference", "only_owner", "all_members", Level.LOW),
        ("permissions.hide_member_count", "only_owner", "all_members", Level.LOW),
        ("moderation", "only_owner", "moderator_list", Level.MEDIUM),
        ("moderation", "moderator_list", "all_members", Level.MEDIUM),
        ("permissions.join_message_visibility", "not_anyone", "only_owner", Level.LOW),
        ("permissions.leave_message_visibility", "only_owner", "all_members", Level.LOW),
        ("restricted_mode", NO_SCREENSHOTS, OFF, Level.HIGH),
    ],
)
def test_scale_loosens_one_way_and_tightens_the_other(path, tight, loose, level):
    assert risk_of_value(path, tight, loose) == loosens(level)
    assert risk_of_value(path, loose, tight) == tightens(level)


@pytest.mark.parametrize(
    "path",
    ["name", "description", "i18n_names.en_us", "avatar", "group_message_type", "announcement", "top_notice"],
)
def test_text_and_form_of_a_group_are_neutral(path):
    assert risk_of_value(path, "before", "after") == NEUTRAL


def test_unknown_value_before_counts_as_the_loosest():
    assert risk_of_value("chat_type", None, "public") == NEUTRAL
    assert risk_of_value("chat_type", None, "private") == tightens(Level.HIGH)


def test_restricted_mode_that_lifts_one_ban_loosens_whatever_it_adds():
    assert risk_of_value("restricted_mode", NO_SCREENSHOTS, NO_DOWNLOADS) == loosens(Level.HIGH)


def test_restricted_mode_out_of_nothing_tightens():
    assert risk_of_value("restricted_mode", None, NO_DOWNLOADS) == tightens(Level.HIGH)


def test_restricted_mode_without_other_bans_is_neutral():
    assert risk_of_value("restricted_mode", None, OFF) == NEUTRAL


@pytest.mark.parametrize(
    ("facet", "level"), [("managers", Level.MEDIUM), ("moderation", Level.LOW), ("members", Level.LOW)]
)
def test_people_with_rights_loosen_by_coming_and_tighten_by_going(facet, level):
    assert risk_of_item(facet, ChangeKind.ADD) == loosens(level)
    assert risk_of_item(facet, ChangeKind.REMOVE) == tightens(level)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_tabs_and_menus_are_neutral(kind):
    assert risk_of_item("tabs", kind) == NEUTRAL
    assert risk_of_item("menus", kind) == NEUTRAL


def test_loosening_outweighs_tightening_and_the_level_decides_among_equals():
    risks = [loosens(Level.MEDIUM), tightens(Level.HIGH), loosens(Level.LOW), NEUTRAL, tightens(Level.LOW)]

    assert sorted(risks, key=gravity) == [
        NEUTRAL,
        tightens(Level.LOW),
        tightens(Level.HIGH),
        loosens(Level.LOW),
        loosens(Level.MEDIUM),
    ]


def test_group_that_gets_another_owner_is_opened_as_far_as_can_be():
    assert risk_of_value("owner", SELF, LILEI) == loosens(Level.HIGH)
    assert risk_of_value("owner", LILEI, SELF) == NEUTRAL


def test_dissolution_opens_nothing_and_matters_most():
    assert risk_of_value("chat_status", "normal", "dissolved") == Risk(
        direction=Direction.NEUTRAL, level=Level.HIGH
    )


def test_every_field_of_the_format_has_its_entry():
    settings = {*Settings.model_fields} - {"permissions"}
    permissions = {f"permissions.{name}" for name in Permissions.model_fields}
    identity = {"key", "chat_id", "settings", "previously", "owner_standing", "on_remove"}
    facets = {*DesiredGroup.model_fields} - identity
    everything = DesiredGroup(
        key="x",
        managers=exact(),
        members=exact(),
        moderation=Moderation(mode="moderator_list", moderators=exact()),
        tabs=exact(),
        menus=exact(),
    )
    listed = {"moderation" if path == "moderators" else path for path in everything.collections}

    assert settings | permissions | {"chat_status"} | facets - (listed - {"moderation"}) == VALUES.keys()
    assert listed == ITEMS.keys()


def judgement(entry):
    match entry:
        case Scale():
            return f"{' → '.join(f'`{value}`' for value in entry.values)}: loosens, {entry.level.value}"
        case Bans():
            return f"a ban of {', '.join(f'`{name}`' for name in entry.names)} falls: loosens, {entry.level.value}"
        case Rights():
            return f"somebody comes: loosens, {entry.level.value}"
        case Ownership():
            return f"to a person: loosens, {entry.level.value}"
        case Risk():
            return f"{entry.direction.value}, {entry.level.value}"


def test_documented_table_is_the_one_in_use():
    page = (REPOSITORY / "docs" / "behaviour.md").read_text(encoding="utf-8")
    rows = [f"| `{path}` | {judgement(entry)} |" for path, entry in VALUES.items()]
    rows += [f"| things in `{facet}` | {judgement(entry)} |" for facet, entry in ITEMS.items()]

    assert "\n".join(rows) in page, "\n".join(rows)
