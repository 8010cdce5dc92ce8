"""What `kustomize build` makes of a folder: a check on our manifests where no kubectl is.

Knows the fields that our kustomizations have and stumbles over any other.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]


def build(folder: Path) -> list[Resource]:
    """Return the resources of a kustomization, by kind."""
    head = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert (head.pop("kind"), head.pop("apiVersion")) == ("Kustomization", "kustomize.config.k8s.io/v1beta1")
    assert head.pop("generatorOptions") == {"disableNameSuffixHash": True}
    resources = [each for name in head.pop("resources") for each in _resources(folder / name)]
    resources += [_secret(folder, each) for each in head.pop("secretGenerator", [])]
    for each in head.pop("configMapGenerator", []):
        _add_config(resources, each)
    for each in head.pop("patches", []):
        patch = yaml.safe_load(each["patch"])
        target = _find(resources, patch["kind"], patch["metadata"]["name"])
        target.update(_merge(target, patch))
    images = {each["name"]: each for each in head.pop("images", [])}
    for each in containers(resources):
        if image := images.get(each["image"]):
            each["image"] = f"{image['newName']}:{image['newTag']}"
    namespace = head.pop("namespace", None)
    for each in resources if namespace else ():
        each["metadata"]["namespace"] = namespace
    assert not head, f"not known here: {', '.join(head)}"
    return sorted(resources, key=lambda each: str(each["kind"]))


def containers(resources: list[Resource]) -> Iterator[Resource]:
    """Return all containers of CronJobs."""
    for each in resources:
        if each["kind"] == "CronJob":
            pod = each["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            yield from [*pod["initContainers"], *pod["containers"]]


def _resources(place: Path) -> list[Resource]:
    return build(place) if place.is_dir() else list(yaml.safe_load_all(place.read_text(encoding="utf-8")))


def _secret(folder: Path, generator: dict[str, Any]) -> Resource:
    lines = [line for name in generator["envs"] for line in (folder / name).read_text().splitlines()]
    data = {name: base64.b64encode(value.encode()).decode() for name, _, value in _pairs(lines)}
    named = {"name": generator["name"]}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": named, "type": "Opaque", "data": data}


def _add_config(resources: list[Resource], generator: dict[str, Any]) -> None:
    data = {name: value for name, _, value in _pairs(generator["literals"])}
    if generator.get("behavior") == "merge":
        _find(resources, "ConfigMap", generator["name"])["data"].update(data)
    else:
        named = {"name": generator["name"]}
        resources.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": data})


def _pairs(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition("=") for line in lines if line]


def _find(resources: list[Resource], kind: str, name: str) -> Resource:
    [found] = [each for each in resources if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def _merge(base: Any, patch: Any) -> Any:
    """Merge as a strategic patch does: lists by the names of their items; `null` takes away."""
    if isinstance(base, dict) and isinstance(patch, dict):
        merged = base | {key: _merge(base.get(key), value) for key, value in patch.items()}
        return {key: value for key, value in merged.items() if value is not None}
    if isinstance(base, list) and isinstance(patch, list):
        named = {each["name"]: each for each in base}
        # Those of the patch come first.
        return [_merge(named.pop(each["name"], {}), each) for each in patch] + list(named.values())
    return patch
