"""`groupctl init`: a new fleet to start from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Final

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer_done
from reconciler.errors import ConfigurationError, Diagnostic, UsageError, text

_FLEET: Final = Template("""\
# yaml-language-server: $$schema=.schemas/groupctl.schema.json
# The settings of the fleet. Everything else is in the files beside this one.
version: 1
fleet: $fleet   # identity of the fleet: never change it
tenant:
  endpoint: $endpoint
guards:
  removals: {count: 10, fraction: 0.25}   # what one plan may remove without being asked twice
${emulator}\
""")

_EMULATOR: Final = """\
emulator:
  scenario: tenant.emulator.yaml          # who exists in the pretend tenant
  database: .groupctl/emulator.sqlite     # what happened there so far
"""

_GROUPS: Final = """\
# yaml-language-server: $schema=.schemas/groups.schema.json
groups:
  hello-groupctl:
    name: 你好 groupctl
    description: 第一个由 groupctl 管理的群
    permissions:
      add_member: only_owner   # the owner and the managers
      at_all: only_owner
    tabs:
      - {name: Feishu, url: "https://www.feishu.cn"}
"""

_SCENARIO: Final = """\
# The pretend tenant of `endpoint: emulator`.
version: 1
tenant: {key: tk_hello, name: Hello}
apps:
  - app_id: cli_a10fbf7e94b8d01d
    app_secret: emulator-secret
    name: groupctl
    scopes:
      - im:chat
      - im:chat.announcement:read
      - im:chat.announcement:write_only
      - im:message:send_as_bot
      - im:resource
      - contact:user.id:readonly
      - contact:contact.base:readonly
      - contact:user.base:readonly
users:
  - {name: 李雷, open_id: ou_7be0750736631b9eded952608f224823, email: li.lei@example.com}
  - {name: 韩梅梅, open_id: ou_33e916ec3c1e09bc04cad6c52e29f07b, email: han.meimei@example.com}
"""

_IGNORED: Final = ".groupctl/\n*.lock.json.lock\n"


@click.command(
    epilog="""\b
Examples:
  groupctl init                         a fleet for Feishu in this folder
  groupctl init --endpoint emulator     one to try things out, nothing leaves this machine
  groupctl -C fleets/acme init          in another folder
"""
)
@click.option("--fleet", help="Identity of the fleet; made from the name of the folder when left out.")
@common_options
def init(fleet: str | None, options: Options) -> Exit:
    """Make a new fleet in this folder.

    Makes `groupctl.yaml`, a first group, schemas for editors and, for a real platform, the state.
    """
    root = options.directory.resolve()
    endpoint = options.endpoint or "feishu"
    files = _files(fleet or _fleet_name(root), endpoint)
    _refuse_existing(root, files)
    _refuse_wrong(files)
    for name, content in files.items():
        (root / name).write_text(content, encoding="utf-8")
    made = [*files, *_keep_out_of_git(root), *_write_schemas(root / ".schemas"), *_begin_state(options)]
    listed = ", ".join(f"`{name}`" for name in made)
    answer_done(
        text("Made {files}.\nNext: edit `groups.yaml`, then run `groupctl plan`.", files=listed),
        options,
        files=made,
    )
    return Exit.OK


def _files(fleet: str, endpoint: str) -> dict[str, str]:
    emulated = endpoint == "emulator"
    settings = _FLEET.substitute(fleet=fleet, endpoint=endpoint, emulator=_EMULATOR if emulated else "")
    files = {"groupctl.yaml": settings, "groups.yaml": _GROUPS}
    return files | {"tenant.emulator.yaml": _SCENARIO} if emulated else files


def _fleet_name(root: Path) -> str:
    """Return a name from the folder, with a random end: two fleets of one name would share creates."""
    import secrets

    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "groups"
    return f"{slug[:40]}-{secrets.token_hex(2)}"


def _refuse_existing(root: Path, files: Mapping[str, str]) -> None:
    existing = [name for name in files if (root / name).exists()]
    if existing:
        raise UsageError(
            Diagnostic(
                text("Fleet exists already"),
                text("{files} would be overwritten.", files=", ".join(f"`{name}`" for name in existing)),
                text("Run `groupctl init` in an empty folder, or edit the files that are there."),
            )
        )


def _refuse_wrong(files: Mapping[str, str]) -> None:
    """Refuse a name or an endpoint that the files may not hold, before any file is made.

    Raises:
        UsageError: With the problems that the files would have.
    """
    from tempfile import TemporaryDirectory

    from reconciler.config import load_configuration

    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        try:
            load_configuration(Path(folder))
        except ConfigurationError as error:
            raise UsageError(*(replace(each, source=None) for each in error.diagnostics)) from None


def _keep_out_of_git(root: Path) -> list[str]:
    """Tell git what to leave alone, unless the folder has something to say about that itself."""
    if (root / ".gitignore").exists():
        return []
    (root / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    return [".gitignore"]


def _write_schemas(folder: Path) -> list[str]:
    """Put the schemas where the first line of the group files tells editors to look."""
    from reconciler.config import write_schemas

    return [f"{folder.name}/{file.name}" for file in write_schemas(folder)]


def _begin_state(options: Options) -> list[str]:
    """Make the state of a real platform, where a missing one is an error."""
    from reconciler.cli.session import open_session

    session = open_session(options)
    if session.emulated or session.store.exists():
        return []
    with session.locked():
        session.store.create(session.new_state())
    return [session.state_name]
