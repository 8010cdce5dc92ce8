"""The CronJob that looks for drift: valid for Kubernetes, confined, and its commands run."""

from __future__ import annotations

import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from tests.support.cli import REPOSITORY, make_fleet
from tests.support.kustomize import build, containers

MANIFESTS = REPOSITORY / "deploy" / "kubernetes"
VERSIONS = ("1.27", "1.37")
"""The first with time zones in schedules for everybody, and the newest that there are schemas for."""


@pytest.fixture
def overlay(tmp_path):
    """The overlay as somebody uses it."""
    shutil.copytree(MANIFESTS, tmp_path / "kubernetes")
    folder = tmp_path / "kubernetes" / "overlays" / "example"
    shutil.copy(folder / "credentials.env.example", folder / "credentials.env")
    return folder


def pod(resources):
    [job] = [each for each in resources if each["kind"] == "CronJob"]
    return job["spec"]["jobTemplate"]["spec"]["template"]["spec"]


@pytest.fixture
def fleet_container():
    [container] = pod(build(MANIFESTS / "base"))["initContainers"]
    return container


@pytest.fixture
def drift_container():
    [container] = pod(build(MANIFESTS / "base"))["containers"]
    return container


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_valid_for_kubernetes(overlay, version):
    for resource in (*build(MANIFESTS / "base"), *build(overlay)):
        kubernetes_validate.validate(resource, version, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl to compare with")
def test_kubectl_builds_the_same(overlay):
    for folder in (MANIFESTS / "base", overlay):
        built = subprocess.run(
            ["kubectl", "kustomize", folder], check=True, capture_output=True, encoding="utf-8", timeout=60
        )

        resources = sorted(yaml.safe_load_all(built.stdout), key=lambda each: each["kind"])

        assert resources == build(folder)


class TestConfinement:
    """The profile `restricted` of Kubernetes' Pod Security Standards, and a root file system that is read-only."""

    def test_pod_is_no_root_and_has_no_token_of_the_cluster(self):
        spec = pod(build(MANIFESTS / "base"))

        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False

    def test_every_container_is_confined_and_limited(self):
        for each in containers(build(MANIFESTS / "base")):
            assert each["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert each["resources"]["limits"]["memory"]
            assert set(each["resources"]["requests"]) == {"cpu", "memory"}

    def test_user_is_that_of_the_image(self):
        context = pod(build(MANIFESTS / "base"))["securityContext"]

        assert (
            f"USER {context['runAsUser']}:{context['runAsGroup']}\n"
            in (REPOSITORY / "Dockerfile").read_text()
        )

    def test_credentials_of_the_app_and_those_of_git_are_in_one_container_each(
        self, fleet_container, drift_container
    ):
        assert not any("secretRef" in each for each in fleet_container["envFrom"])
        assert "git" not in {each["name"] for each in drift_container["volumeMounts"]}

    def test_services_of_the_namespace_set_no_variables(self):
        assert pod(build(MANIFESTS / "base"))["enableServiceLinks"] is False


def test_runs_do_not_overlap_and_are_not_repeated():
    [job] = [each["spec"] for each in build(MANIFESTS / "base") if each["kind"] == "CronJob"]

    assert job["concurrencyPolicy"] == "Forbid"
    assert job["jobTemplate"]["spec"]["backoffLimit"] == 0


def test_fleet_is_cloned(fleet_container, tmp_path):
    fleet = make_fleet(tmp_path / "origin").commit()
    settings = {"BRANCH": "main", "REPOSITORY": f"file://{fleet.root}"}
    words = [
        each.replace("$(BRANCH)", settings["BRANCH"])
        .replace("$(REPOSITORY)", settings["REPOSITORY"])
        .replace("/fleet/", f"{tmp_path}/")
        for each in fleet_container["command"]
    ]

    subprocess.run(words, check=True, capture_output=True, timeout=60)

    assert (tmp_path / "repository" / "groupctl.yaml").exists()


def test_git_reads_user_and_token_of_the_secret(fleet_container, tmp_path):
    (tmp_path / "credentials").write_text("username=drift\npassword=canary-token\n")
    helper = fleet_container["command"][2].replace("/secrets/git", str(tmp_path))

    found = subprocess.run(
        ["git", "-c", helper, "credential", "fill"],
        input="protocol=https\nhost=gitlab.example.com\n\n",
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "username=drift\npassword=canary-token\n" in found.stdout


@pytest.mark.parametrize(("status", "job"), [(0, 0), (2, 0), (1, 1), (3, 1)], ids=str)
def test_drift_is_no_failure_of_the_job_and_everything_else_is(drift_container, tmp_path, status, job):
    groupctl = tmp_path / "groupctl"
    groupctl.write_text(f'#!/bin/sh\necho "$@"\nexit {status}\n')
    groupctl.chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "FOLDER": "fleets/a b",
        "DRIFT_OPTIONS": "--notify webhook:ops",
    }

    done = subprocess.run(
        [*drift_container["command"], *drift_container["args"]],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == job
    assert done.stdout == (
        "drift -C /fleet/repository/fleets/a b --notify-state /work/drift.json --notify webhook:ops\n"
    )
