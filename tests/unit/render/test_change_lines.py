"""What a reviewer is shown of one change."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diff.changes import Change, ChangeKind, Level, Origin
from reconciler.model.address import Facet
from reconciler.render.change_lines import ChangeContext, change_rows
from tests.support.plans import LILEI, a_change, added, loosens, removed


def _texts(change: Change, facet: Facet = Facet.MENUS, **context: Any) -> list[list[str]]:
    rows = change_rows(change, ChangeContext(facet, **context))
    return [[cell.text for cell in row if cell.text] for row in rows]


def _values(before: object, after: object, path: str = "menus/应急") -> list[str]:
    return [row[-1] for row in _texts(a_change(path, before=before, after=after))]


def test_only_fields_that_differ_are_shown():
    before = {"name": "应急", "url": {"common": "https://a", "ios": "https://i"}}
    after = {"name": "应急", "url": {"common": "https://b", "ios": "https://i"}}

    assert _values(before, after) == ['url.common: "https://a" → "https://b"']


def test_link_that_goes_is_shown():
    assert _values({"url": {"common": "u", "ios": "i"}}, {"url": {"common": "u"}}) == [
        'url.ios: "i" → (none)'
    ]


def test_fields_and_languages_that_nobody_manages_are_no_difference():
    before = {"name": "a", "icon": "img_1", "i18n_names": {"en_us": "A", "ja_jp": "J"}}
    after = {"name": "b", "i18n_names": {"en_us": "B"}}

    assert _values(before, after) == ['name: "a" → "b"', 'i18n_names.en_us: "A" → "B"']


def test_children_are_told_by_their_names():
    before = {"children": [{"name": "x"}, {"name": "old"}]}
    after = {"children": [{"name": "x"}, {"name": "new", "url": {"common": "u"}}]}

    assert _values(before, after) == [
        'children/old: {name: "old"} → (none)',
        'children/new: (none) → {name: "new", url: {common: "u"}}',
    ]


def test_children_that_go_altogether_are_shown():
    assert _values({"children": [{"name": "x"}]}, {"name": "a"}) == [
        'name: (none) → "a"',
        'children/x: {name: "x"} → (none)',
    ]


def test_children_of_one_name_are_shown_as_a_whole():
    before = {"children": [{"name": "x"}, {"name": "x"}]}

    assert _values(before, {"children": [{"name": "x"}]}) == [
        'children: [{name: "x"}, {name: "x"}] → [{name: "x"}]'
    ]


def test_difference_that_no_field_shows_is_shown_as_a_whole():
    assert _values({"name": "a", "icon": "i"}, {"name": "a"}) == ['{name: "a", icon: "i"} → {name: "a"}']


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (added("managers/x", "x", origin=Origin.DRIFT), "(removed on the platform)"),
        (removed("managers/x", "x", origin=Origin.DRIFT), "(added on the platform)"),
        (a_change(origin=Origin.DRIFT), "(changed on the platform)"),
        (
            a_change(kind=ChangeKind.MOVE, before=[], after=[], origin=Origin.DRIFT),
            "(reordered on the platform)",
        ),
        (a_change(origin=Origin.BOTH), "(changed in the configuration and on the platform)"),
        (a_change(origin=Origin.NEW), "(not managed before)"),
        (a_change(risk=loosens(Level.HIGH)), "! loosens (high)"),
        (a_change(risk=loosens(Level.LOW), origin=Origin.DRIFT), "! loosens (low) (changed on the platform)"),
    ],
)
def test_risk_and_origin_are_told_in_words(change: Change, remark: str):
    assert _texts(change)[0][-1] == remark


def test_change_from_the_configuration_needs_no_remark():
    assert _texts(a_change(before="a", after="b")) == [["~ change", "name", '"a" → "b"']]


def test_in_a_group_that_begins_nothing_was_managed_before():
    change = added(f"managers/{LILEI}", LILEI, origin=Origin.NEW, risk=loosens(Level.MEDIUM))

    assert _texts(change, Facet.MANAGERS, begins=True, created=True) == [["+ add", LILEI]]
    assert _texts(change, Facet.MANAGERS, begins=True) == [["+ add", LILEI, "! loosens (medium)"]]


@pytest.mark.parametrize(
    ("path", "facet", "after"),
    [("avatar", Facet.SETTINGS, "img_1"), ("top_notice", Facet.TOP_NOTICE, "announcement")],
)
def test_what_nobody_can_read_is_unknown_before_it_is_first_written(path, facet, after):
    [row] = _texts(a_change(path, before=None, after=after), facet)

    assert row[1:3] == [path, f'(unknown) → "{after}"']


PICTURE = "sha256:" + "ab" * 32
UPLOADED = "img_v3_0123456789abcdef0123456789abcdef"
NAMES = {PICTURE: "./avatars/oncall.png", "img_ours": "./avatars/oncall.png"}


def test_pictures_are_shown_as_the_configuration_writes_them():
    avatar = a_change("avatar", before=UPLOADED, after=PICTURE)
    icon = a_change("tabs/Wiki", before={"name": "Wiki"}, after={"name": "Wiki", "icon": "img_ours"})

    [avatar_row] = _texts(avatar, Facet.SETTINGS, people=NAMES)
    [icon_row] = _texts(icon, Facet.TABS, people=NAMES)

    assert avatar_row[2] == '"img_v3_0123…56789abcdef" → "./avatars/oncall.png"'
    assert icon_row[-1] == 'icon: (none) → "./avatars/oncall.png"'


def test_picture_of_an_entry_is_shown_by_name():
    menu = {"name": "应急", "children": [{"name": "x", "icon": PICTURE}]}

    [row] = _texts(a_change("menus/应急", before={"name": "应急", "children": []}, after=menu), people=NAMES)

    assert row[-1] == 'children/x: (none) → {name: "x", icon: "./avatars/oncall.png"}'


def test_picture_without_a_name_is_shown_in_full_when_asked():
    [row] = _texts(a_change("avatar", before=None, after=UPLOADED), Facet.SETTINGS, limit=None)

    assert f'"{UPLOADED}"' in row[2]


def test_name_that_looks_like_a_picture_is_a_name():
    [row] = _texts(
        a_change("name", before="img_ours", after=PICTURE), Facet.SETTINGS, people=NAMES, limit=None
    )

    assert row[2] == f'"img_ours" → "{PICTURE}"'
