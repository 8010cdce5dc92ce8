"""Common options: where they may stand, and what the environment may say."""

from __future__ import annotations

import pytest

from reconciler.cli.main import run
from reconciler.cli.options import check_environment
from reconciler.errors import UsageError


@pytest.mark.parametrize(
    "name",
    [
        "GROUPCTL_ENDPOINT",
        "GROUPCTL_STATE",
        "GROUPCTL_TRUSTED_HOSTS",
        "GROUPCTL_WEBHOOK_X",
        "GROUPCTLX",
        "PATH",
    ],
)
def test_known_and_foreign_variables_are_left_alone(name):
    check_environment({name: "x"})


def test_misspelt_variable_is_refused_without_its_value():
    with pytest.raises(UsageError) as caught:
        check_environment({"GROUPCTL_STAT": "hush"})

    (problem,) = caught.value.diagnostics
    assert "GROUPCTL_STAT" in problem.detail
    assert "GROUPCTL_STATE" in problem.hint
    assert "hush" not in str(caught.value)


def test_option_of_the_command_is_nearer_than_the_one_before_it(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    run(["--format", "json", "validate", "--format", "text"])

    assert capsys.readouterr().out == ""


def test_folder_before_the_command_counts_as_well(capsys, tmp_path):
    run(["-C", str(tmp_path), "validate"])

    assert str(tmp_path) in capsys.readouterr().err
