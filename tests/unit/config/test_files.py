"""Which files make up a fleet."""

from __future__ import annotations

import pytest

from reconciler.config.files import Glob, find_files, find_root
from reconciler.config.problems import Problems
from reconciler.errors import ConfigurationError, Source

HERE = Source("groupctl.yaml", 3, 10)


def _found(root, *patterns, excluded=()):
    problems = Problems()
    globs = [Glob(pattern, HERE) for pattern in patterns]
    paths = find_files(root, globs, frozenset((root / each).resolve() for each in excluded), problems)
    return [str(path) for path in paths], [str(each.summary) for each in problems.all]


@pytest.fixture
def fleet(tmp_path):
    for name in (
        "groupctl.yaml",
        "b.yaml",
        "a.yaml",
        "notes.md",
        "_draft.yaml",
        ".hidden.yaml",
        "tenant.emulator.yaml",
        "teams/x.yaml",
        "teams/deep/y.yaml",
        "_drafts/z.yaml",
        ".github/workflow.yaml",
        "other/groupctl.yaml",
        "other/groups.yaml",
        "other/sub/groups.yaml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_default_glob_finds_yaml_files_in_the_order_of_their_names(fleet):
    found, told = _found(fleet, "**/*.yaml", excluded=["tenant.emulator.yaml"])

    assert found == ["a.yaml", "b.yaml", "teams/deep/y.yaml", "teams/x.yaml"]
    assert told == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.yaml", ["a.yaml", "b.yaml", "tenant.emulator.yaml"]),
        ("[ab].yaml", ["a.yaml", "b.yaml"]),
        ("?.yaml", ["a.yaml", "b.yaml"]),
        ("teams/**/*.yaml", ["teams/deep/y.yaml", "teams/x.yaml"]),
        ("teams/**", ["teams/deep/y.yaml", "teams/x.yaml"]),
        ("**/deep/*", ["teams/deep/y.yaml"]),
        ("_*.yaml", ["_draft.yaml"]),
        ("_drafts/*.yaml", ["_drafts/z.yaml"]),
        (".github/*.yaml", [".github/workflow.yaml"]),
        ("./a.yaml", ["a.yaml"]),
    ],
)
def test_pattern_matches(fleet, pattern, expected):
    assert _found(fleet, pattern) == (expected, [])


@pytest.mark.parametrize("pattern", ["nothing/*.yaml", "other/*.yaml", "groupctl.yaml", "teams", "a.yaml/**"])
def test_pattern_without_a_file_is_an_error(fleet, pattern):
    assert _found(fleet, pattern) == ([], ["No matching files"])


@pytest.mark.parametrize("pattern", ["/etc/*.yaml", "../*.yaml", "teams/../*.yaml"])
def test_pattern_that_leads_out_is_an_error(fleet, pattern):
    assert _found(fleet, pattern) == ([], ["Path outside the fleet"])


def test_file_that_several_patterns_match_counts_once(fleet):
    assert _found(fleet, "a.yaml", "*.yaml", excluded=["tenant.emulator.yaml"])[0] == ["a.yaml", "b.yaml"]


def test_link_out_of_the_fleet_is_an_error(fleet, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.touch()
    (fleet / "link.yaml").symlink_to(outside)

    assert _found(fleet, "link.yaml") == ([], ["Path outside the fleet"])


def test_link_to_a_file_of_the_fleet_counts_once(fleet):
    (fleet / "c.yaml").symlink_to(fleet / "a.yaml")

    assert _found(fleet, "?.yaml")[0] == ["a.yaml", "b.yaml"]


def test_links_to_folders_are_not_followed(fleet):
    (fleet / "loop").symlink_to(fleet)

    assert _found(fleet, "**/a.yaml")[0] == ["a.yaml"]


def test_root_is_the_folder_with_the_settings(fleet):
    assert find_root(fleet) == fleet


def test_folder_without_settings_says_how_to_begin(fleet):
    with pytest.raises(ConfigurationError) as caught:
        find_root(fleet / "teams")

    assert "groupctl init" in caught.value.diagnostics[0].hint
