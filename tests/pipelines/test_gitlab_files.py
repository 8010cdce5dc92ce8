"""The component and the example pipeline of GitLab, as files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reconciler import __version__
from tests.support.cli import REPOSITORY
from tests.support.gitlab import PIPELINE, component, job

SCRIPT = REPOSITORY / "ci" / "gitlab" / "groupctl-gitlab"


def lint(*words):
    """Run a linter of this environment; what it has to say, or nothing."""
    tool = Path(sys.executable).parent / words[0]
    done = subprocess.run([tool, *words[1:]], capture_output=True, encoding="utf-8", timeout=100, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_component_and_example_are_valid_for_gitlab(tmp_path):
    head, jobs = component()
    files = [tmp_path / "head.yml", tmp_path / "jobs.yml", PIPELINE]
    for file, content in zip(files, (head, jobs), strict=False):
        file.write_text(yaml.safe_dump(content), encoding="utf-8")

    assert lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *files) == ""


def test_script_has_no_mistakes_a_linter_finds():
    assert lint("shellcheck", SCRIPT) == ""


def test_every_input_is_described_and_used():
    head, _ = component()
    written = (REPOSITORY / "templates" / "groupctl" / "template.yml").read_text(encoding="utf-8")

    assert not [name for name, each in head["spec"]["inputs"].items() if not each.get("description")]
    assert not [name for name in head["spec"]["inputs"] if f"$[[ inputs.{name} ]]" not in written]


def test_component_and_example_name_this_version():
    head, _ = component()

    assert head["spec"]["inputs"]["requirement"]["default"] == f"feishu-group-reconciler=={__version__}"
    assert f"ref: v{__version__}\n" in PIPELINE.read_text(encoding="utf-8")


def test_two_fleets_of_one_pipeline_share_no_job():
    _, one = component({"job-prefix": "europe"})
    _, other = component({"job-prefix": "asia"})

    assert not one.keys() & other.keys()


@pytest.mark.parametrize("name", ["apply", "state-init"])
def test_one_job_at_a_time_writes(name):
    assert job(f"groupctl-{name}")["resource_group"] == "groups"


def test_artefacts_are_kept_from_strangers_and_also_when_a_job_fails():
    _, jobs = component()
    kept = [job(name)["artifacts"] for name in jobs if not name.startswith(".")]

    assert {(each["when"], each["access"], json.dumps(each["paths"])) for each in kept} == {
        ("always", "developer", '["groupctl-reports/"]')
    }


@pytest.mark.parametrize(("words", "variables"), [([], {"CI_PROJECT_DIR": "."}), (["plan"], {})])
def test_what_is_no_job_of_gitlab_is_wrong_usage(words, variables):
    done = subprocess.run([SCRIPT, *words], env=variables, capture_output=True, timeout=60, check=False)

    assert done.returncode == 64


def test_unknown_job_is_wrong_usage(tmp_path):
    done = subprocess.run(
        [SCRIPT, "destroy"],
        env={"CI_PROJECT_DIR": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert done.returncode == 64
    assert "'destroy' is none of validate, plan, apply, drift" in done.stderr
