"""Avatars and icons as files: found, measured and named by their digests, without a platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import load_configuration
from reconciler.config.pictures import MAX_BYTES
from reconciler.errors import ConfigurationError
from reconciler.model.pictures import digest_of
from tests.support import pictures
from tests.support.config import write_fleet

PICTURE = pictures.png(64, 64)
GROUP = "groups: {ops: {name: 值班, avatar: ./a.png}}\n"
ICON = "groups: {ops: {name: 值班, menus: [{name: A, url: https://a.example.com, icon: ./a.png}]}}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a fleet, which is the current one as well."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fleet"


def load(folder, content, groups=GROUP):
    write_fleet(folder, {"groups.yaml": groups})
    (folder / "a.png").write_bytes(content)
    return load_configuration(folder)


def problem(folder, content, groups=GROUP):
    with pytest.raises(ConfigurationError) as caught:
        load(folder, content, groups)
    [diagnostic] = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "webp", "bmp", "ico", "tiff", "heic"])
def test_every_format_of_the_platform_is_known(folder, kind):
    content = getattr(pictures, kind)(64, 64)

    configuration = load(folder, content)

    assert configuration.fleet.groups["ops"].settings.avatar == digest_of(content)
    assert configuration.picture(digest_of(content)) == content


@pytest.mark.parametrize(("kind", "width", "height"), [("png", 4096, 4096), ("gif", 2000, 2000)])
def test_largest_avatar_is_taken(folder, kind, width, height):
    load(folder, getattr(pictures, kind)(width, height))


@pytest.mark.parametrize(
    ("groups", "kind", "width", "height", "limit"),
    [
        (GROUP, "png", 4097, 1, 4096),
        (GROUP, "png", 1, 4097, 4096),
        (GROUP, "gif", 2001, 1, 2000),
        (ICON, "png", 12_001, 1, 12_000),
        (ICON, "gif", 1, 2001, 2000),
    ],
)
def test_too_many_pixels_are_a_mistake(folder, groups, kind, width, height, limit):
    told = problem(folder, getattr(pictures, kind)(width, height), groups)

    assert told.summary == "Picture has too many pixels"
    assert f"it has {width} x {height} pixels" in told.detail
    assert f"{limit} x {limit}" in told.detail


def test_icon_may_have_more_pixels_than_an_avatar(folder):
    load(folder, pictures.png(12_000, 12_000), ICON)


def test_picture_of_20_megabytes_is_one_mistake_with_its_place(folder):
    told = problem(folder, PICTURE + bytes(20 * 1024 * 1024))

    assert (told.summary, told.address) == ("Picture too large", "ops/settings")
    assert (told.source.line, told.source.column) == (1, 34)
    assert "20.0 MB" in told.detail


def test_limit_of_the_size_is_the_last_that_is_taken(folder):
    load(folder, PICTURE + bytes(MAX_BYTES - len(PICTURE)))

    assert problem(folder, PICTURE + bytes(MAX_BYTES - len(PICTURE) + 1)).summary == "Picture too large"


def test_huge_file_is_not_read(folder):
    write_fleet(folder, {"groups.yaml": GROUP})
    with (folder / "a.png").open("wb") as file:
        file.truncate(1024**4)

    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder)

    assert caught.value.diagnostics[0].summary == "Picture too large"


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        (b"", "Picture is empty"),
        (b"<svg/>", "Not a picture"),
        (PICTURE[:12], "Not a picture"),
        (pictures.png(0, 5), "Not a picture"),
    ],
)
def test_content_that_the_platform_would_refuse_is_a_mistake(folder, content, summary):
    assert problem(folder, content).summary == summary


def test_link_that_leads_out_of_the_fleet_is_a_mistake(folder, tmp_path):
    (tmp_path / "outside.png").write_bytes(PICTURE)
    write_fleet(folder, {"groups.yaml": GROUP})
    (folder / "a.png").symlink_to(tmp_path / "outside.png")

    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder)

    assert caught.value.diagnostics[0].summary == "Path outside the fleet"


@pytest.mark.parametrize("name", ["./" + "a" * 5000, "./circle"])
def test_path_that_no_file_can_have_is_missing(folder, name):
    write_fleet(folder, {"groups.yaml": f'groups: {{ops: {{name: 值班, avatar: "{name}"}}}}\n'})
    (folder / "circle").symlink_to("circle")

    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder)

    assert caught.value.diagnostics[0].summary == "File missing"


def test_link_within_the_fleet_is_followed(folder):
    write_fleet(folder, {"groups.yaml": GROUP})
    (folder / "real.png").write_bytes(PICTURE)
    (folder / "a.png").symlink_to("real.png")

    assert load_configuration(folder).picture(digest_of(PICTURE)) == PICTURE


def test_file_that_cannot_be_read_is_a_mistake(folder, monkeypatch):
    original = Path.read_bytes

    def refuse_pictures(path):
        if path.suffix == ".png":
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", refuse_pictures)

    told = problem(folder, PICTURE)

    assert (told.summary, told.detail) == ("File cannot be read", "`./a.png`: Permission denied.")


def test_path_is_seen_from_the_file_that_writes_it(folder):
    files = {
        "teams/templates.yaml": "templates: {incident: {avatar: ../avatars/a.png}}\n",
        "groups.yaml": "groups: {ops: {name: 值班, template: incident}}\n",
    }
    write_fleet(folder, files)
    (folder / "avatars").mkdir()
    (folder / "avatars" / "a.png").write_bytes(PICTURE)

    assert load_configuration(folder).fleet.groups["ops"].settings.avatar == digest_of(PICTURE)


def test_file_is_read_once_for_many_groups(folder, monkeypatch):
    reads: list[str] = []
    original = Path.read_bytes

    def note(path):
        reads.append(path.suffix)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", note)

    load(folder, PICTURE, "groups: {a: {name: A, avatar: ./a.png}, b: {name: B, avatar: ./../fleet/a.png}}\n")

    assert reads.count(".png") == 1


def test_image_key_stays_as_it_is(folder):
    write_fleet(folder, {"groups.yaml": "groups: {ops: {name: 值班, avatar: img_v3_1}}\n"})

    configuration = load_configuration(folder)

    assert configuration.fleet.groups["ops"].settings.avatar == "img_v3_1"
    assert configuration.pictures == {}


def test_icons_of_tabs_menus_and_their_entries_become_digests(folder):
    icon = "url: https://a.example.com, icon: ./a.png"
    configuration = load(
        folder,
        PICTURE,
        f"groups: {{ops: {{name: 值班, tabs: {{mode: additive, list: [{{name: A, {icon}}}]}}, "
        f"menus: [{{name: B, {icon}}}, {{name: C, children: [{{name: D, {icon}}}]}}]}}}}\n",
    )

    group = configuration.fleet.groups["ops"]
    found = [group.tabs.items[0].icon, group.menus.items[0].icon, group.menus.items[1].children[0].icon]
    assert found == [digest_of(PICTURE)] * 3
    assert configuration.positions.find("ops", "menus/C/D").line == 1


def test_file_that_changed_after_loading_is_not_the_picture_any_more(folder):
    configuration = load(folder, PICTURE)
    (folder / "a.png").write_bytes(pictures.png(1, 1))

    assert configuration.picture(digest_of(PICTURE)) is None


def test_file_that_went_after_loading_is_not_the_picture_any_more(folder):
    configuration = load(folder, PICTURE)
    (folder / "a.png").unlink()

    assert configuration.picture(digest_of(PICTURE)) is None


def test_digest_of_no_file_is_no_picture(folder):
    assert load(folder, PICTURE).picture("sha256:0") is None
