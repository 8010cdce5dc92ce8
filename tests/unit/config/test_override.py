"""What a group has to say so that it asks for something else."""

from __future__ import annotations

import pytest

from reconciler.config.document import read_bytes
from reconciler.config.override import Naming, overridden
from reconciler.config.problems import Problems
from reconciler.model.menus import Menu, MenuLink
from reconciler.model.settings import RestrictedMode
from tests.support.builders import exact
from tests.support.config import load

NAMING = Naming(lambda identity: {"ou_kate": "@kate"}.get(identity, identity), {})


@pytest.fixture
def says(tmp_path):
    """Returns what a group says after a change of what it asks for."""

    def change(written, **parts):
        configuration = load(tmp_path, {"groups.yaml": f"groups:\n  a: {written}\n"})
        before = configuration.fleet.groups["a"]
        origin = configuration.positions.origin("a")
        assert origin
        after = before.model_copy(update={name: part(getattr(before, name)) for name, part in parts.items()})
        return overridden(_read(written), origin, before, after, NAMING, lambda own, text: f"{own}>{text}")

    return change


def _read(written):
    document = read_bytes(written.encode(), "a.yaml", Problems())
    assert document
    return document.root


def settings(**fields):
    return lambda before: before.model_copy(update=fields)


def test_owner_is_written_by_alias(says):
    assert says("{owner: self}", owner=lambda _: "ou_kate") == {"owner": "@kate"}


def test_confidential_mode_is_written_in_its_shortest_form(says):
    written = "{restricted_mode: {screenshot: not_anyone}}"

    on = says(written, settings=settings(restricted_mode=RestrictedMode(status=True, message="not_anyone")))
    off = says(written, settings=settings(restricted_mode=RestrictedMode(status=False)))

    assert on == {"restricted_mode": {"message": "not_anyone"}}
    assert off == {"restricted_mode": {"status": False}}


def test_both_spellings_of_a_switch_move_together(says):
    written = "{permissions: {share_card: allowed, add_member: all_members}}"

    def only_owner(before):
        permissions = before.permissions.model_copy(update={"add_member": "only_owner"})
        return before.model_copy(update={"permissions": permissions})

    assert says(written, settings=only_owner) == {
        "permissions": {"share_card": "not_allowed", "add_member": "only_owner"}
    }


def test_setting_that_is_managed_no_longer_goes(says):
    assert says("{name: A, description: x}", settings=settings(description=None)) == {"name": "A"}


def test_entries_of_menus_change_where_they_stand(says):
    written = (
        "{menus: [{name: A, i18n_names: {en_us: a}, children: "
        '[{name: B, url: "https://b"}, {name: C, url: {common: "https://c", ios: "https://i"}}]}]}'
    )

    def move(menus):
        [menu] = menus.items
        first, second = menu.children
        children = (
            second.model_copy(update={"url": MenuLink(common="https://c")}),
            first.model_copy(update={"name": "B2"}),
        )
        return exact(menu.model_copy(update={"children": children}))

    assert says(written, menus=move) == {
        "menus": [
            {
                "name": "A",
                "i18n_names": {"en_us": "a"},
                "children": [{"name": "C", "url": "https://c"}, {"name": "B2", "url": "https://b"}],
            }
        ]
    }


def test_new_menu_is_written_out(says):
    menu = Menu(name="N", url=MenuLink(common="https://n"), i18n_names={"en_us": "n"})

    assert says("{menus: []}", menus=lambda _: exact(menu)) == {
        "menus": [{"name": "N", "url": "https://n", "i18n_names": {"en_us": "n"}}]
    }


def test_icon_that_is_gone_goes(says):
    written = '{tabs: [{name: A, url: "https://a", icon: img_1, open_in_app: true}]}'

    def bare(tabs):
        [tab] = tabs.items
        return exact(tab.model_copy(update={"icon": None}))

    assert says(written, tabs=bare) == {"tabs": [{"name": "A", "url": "https://a", "open_in_app": True}]}
