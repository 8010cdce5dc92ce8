"""`groupctl completion`, and what the scripts it prints ask for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.cli import environment, groupctl


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_asks_groupctl(shell):
    result = groupctl("completion", shell)

    assert result.status == 0
    assert f"_GROUPCTL_COMPLETE={shell}_complete" in result.stdout


def test_script_is_valid_bash():
    script = groupctl("completion", "bash").stdout

    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def test_json_holds_the_script():
    assert groupctl("completion", "zsh", "--format", "json").json["script"].startswith("#compdef groupctl")


def test_unknown_shell_is_wrong_usage():
    assert groupctl("completion", "tcsh").status == 64


def complete(fleet, shell, words):
    """Ask as the script of `shell` does, the last word being completed."""
    given = words.split(" ")
    variables = {
        "_GROUPCTL_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": given[-1] if shell == "fish" else str(len(given) - 1),
    }
    code = "import sys; sys.argv[0] = 'groupctl'; from reconciler.cli import main; main()"
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=fleet.root,
        env=environment(variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.stderr == ""
    return process.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed(fleet, shell):
    assert "validate" in complete(fleet, shell, "groupctl va")


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", "plan"),
        ("zsh", "plan"),
        ("fish", "plan"),
        ("bash", "apply project"),
        ("bash", "show"),
        ("bash", "forget"),
        ("bash", "state show"),
    ],
)
def test_group_keys_are_completed(fleet, shell, words):
    answer = complete(fleet, shell, f"groupctl {words} on")

    assert "oncall" in answer
    assert "project" not in answer


def test_paths_of_the_group_are_completed(fleet):
    answer = complete(fleet, "bash", "groupctl explain oncall permissions.")

    assert "permissions.at_all" in answer
    assert "name" not in answer


@pytest.mark.parametrize("content", ["groups: [\n", "groups: {}\n"])
def test_unknown_group_completes_no_paths(fleet, content):
    fleet.write("groups.yaml", content)

    assert complete(fleet, "bash", "groupctl explain oncall n").strip() == ""


def test_options_are_completed(fleet):
    assert "--detailed-exitcode" in complete(fleet, "bash", "groupctl plan --det")


@pytest.mark.parametrize("words", ["groupctl -C {root} plan pro", "groupctl plan -C {root} pro"])
def test_keys_of_another_folder_are_completed(fleet, tmp_path, words):
    here = type(fleet)(tmp_path)

    assert "project" in complete(here, "bash", words.format(root=fleet.root))


def test_broken_fleet_completes_nothing_and_says_nothing(fleet):
    fleet.write("groups.yaml", "groups: [\n")

    assert complete(fleet, "bash", "groupctl plan on").strip() == ""
