"""`groupctl init`: a new fleet to start from."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from string import Template
from typing import Final

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer
from reconciler.errors import Diagnostic, UsageError, text

_FLEET: Final = Template("""\
# yaml-language-server: $$schema=.schemas/groupctl.schema.json
# The settings of the fleet. Everything else is in the files beside this one.
version: 1
fleet: $fleet   # identity of the fleet: never change it
tenant:
  endpoint: $endpoint
${emulator}\
guards:
  removals: {count: 10, fraction: 0.25}   # what one plan may remove without being asked twice
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
  - {app_id: cli_a10fbf7e94b8d01d, app_secret: emulator-secret, name: groupctl, scopes: ["im:chat"]}
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
    """Make a new fleet: groupctl.yaml, a first group and the state."""
    root = options.directory.resolve()
    endpoint = options.endpoint or "feishu"
    emulated = endpoint == "emulator"
    files = {
        "groupctl.yaml": _FLEET.substitute(
            fleet=fleet or _fleet_name(root), endpoint=endpoint, emulator=_EMULATOR if emulated else ""
        ),
        "groups.yaml": _GROUPS,
        ".gitignore": _IGNORED,
    }
    if emulated:
        files["tenant.emulator.yaml"] = _SCENARIO
    _refuse_existing(root, files)
    for name, content in files.items():
        if name != ".gitignore" or not (root / name).exists():
            (root / name).write_text(content, encoding="utf-8")
    _write_schemas(root / ".schemas")
    _begin_state(options)
    answer(text("Made {files}.", files=", ".join(f"`{name}`" for name in sorted(files))))
    answer(text("Next: edit `groups.yaml`, then run `groupctl plan`."))
    return Exit.OK


def _write_schemas(folder: Path) -> None:
    """Put the schemas where the first line of the group files tells editors to look."""
    from reconciler.config import write_schemas

    folder.mkdir(exist_ok=True)
    write_schemas(folder)


def _fleet_name(root: Path) -> str:
    """Return a name from the folder, with a random end: two fleets of one name would share creates."""
    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "groups"
    return f"{slug[:40]}-{secrets.token_hex(2)}"


def _refuse_existing(root: Path, files: dict[str, str]) -> None:
    existing = [name for name in files if name != ".gitignore" and (root / name).exists()]
    if existing:
        raise UsageError(
            Diagnostic(
                text("Fleet exists already"),
                text("{files} would be overwritten.", files=", ".join(f"`{name}`" for name in existing)),
                text("Run `groupctl init` in an empty folder, or edit the files that are there."),
            )
        )


def _begin_state(options: Options) -> None:
    from reconciler.cli.session import open_session

    session = open_session(options)
    if not session.emulated and not session.state_file.exists():
        session.state_file.create(session.new_state())
