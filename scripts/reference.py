"""Writes the reference pages that are made of the code: commands, JSON answers, messages.

`scripts/reference.py` writes them into docs/reference; a test says when they are stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from reconciler.cli.main import groupctl
from reconciler.errors import (
    GroupGone,
    OperationRefused,
    OutcomeUnknown,
    OutsideGroup,
    Refused,
    RunRefused,
    Throttled,
)
from reconciler.feishu.codes import MEANINGS, OWN_MEANINGS, ErrorType, Meaning
from reconciler.render.schemas import OUTPUT_NAMES, output_schema

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return the pages by the names of their files."""
    return {"cli.md": commands_page(), "json.md": answers_page(), "errors.md": messages_page()}


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="\n")


# Commands

_EVERYWHERE: Final = {"--help", "--version"}


def commands_page() -> str:
    """Return the page of all commands, from click's own description of them."""
    context = click.Context(groupctl, info_name="groupctl")
    lines = [
        "# Commands",
        "",
        "Made of the code by `scripts/reference.py`; `groupctl COMMAND --help` says the same.",
        "",
        "## Options of every command",
        "",
        (
            "They may stand before or behind the name of the command, and so may `--help`. Where a command answers in other forms, "
            "it says so."
        ),
        "",
        *_options(groupctl, context, common=frozenset()),
        "",
        *_commands(groupctl, context),
    ]
    return _page(lines)


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    common = frozenset(option.name or "" for option in groupctl.params)
    for name, command in sorted(group.commands.items()):
        inner = click.Context(command, info_name=name, parent=context)
        yield from (f"## {inner.command_path}", "")
        yield from ("```", f"{inner.command_path} {' '.join(command.collect_usage_pieces(inner))}", "```", "")
        yield from (_prose(command.help or ""), "")
        options = list(_options(command, inner, common))
        if options:
            yield from (*options, "")
        if command.epilog:
            yield from ("```", *_examples(command.epilog), "```", "")
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _options(command: click.Command, context: click.Context, common: frozenset[str]) -> Iterator[str]:
    for option in command.get_params(context):
        if isinstance(option, click.Option) and not _EVERYWHERE & set(option.opts):
            words, meaning = option.get_help_record(context) or ("", "")
            narrower = option.name == "format" and _choices(option) != _choices(_common_format())
            if option.name not in common or narrower:
                yield f"- `{words}`: {meaning.strip()}"


def _common_format() -> click.Parameter:
    return next(option for option in groupctl.params if option.name == "format")


def _choices(option: click.Parameter) -> tuple[str, ...]:
    return tuple(getattr(option.type, "choices", ()))


def _prose(text: str) -> str:
    return re.sub(r"[\b\f]\n?", "", inspect.cleandoc(text)).strip()


def _examples(epilog: str) -> list[str]:
    lines = [line for line in _prose(epilog).splitlines() if line.strip() != "Examples:"]
    return [line.removeprefix("  ") for line in lines]


# JSON answers


_ANSWERS: Final = {
    "plan": "`groupctl plan`",
    "outcome": "`groupctl apply`",
    "drift": "`groupctl drift`",
    "validate": "`groupctl validate`, and of every command that failed",
    "explain": "`groupctl explain`",
    "doctor": "`groupctl doctor`",
}


def answers_page() -> str:
    """Return the page of the JSON answers, from their published schemas."""
    schemas = {name: json.loads(output_schema(name)) for name in OUTPUT_NAMES}
    shared = _shared([schema.get("$defs", {}) for schema in schemas.values()])
    lines = [
        "# JSON answers",
        "",
        (
            "Made of the published schemas by `scripts/reference.py`. `groupctl schema NAME` prints the whole schema, with which "
            "an answer can be checked. All fields are always there. A form changes only together with its `format_version`."
        ),
    ]
    for name, schema in schemas.items():
        lines += [
            "",
            f"## {name}",
            "",
            f"The answer of {_ANSWERS.get(name, f'`groupctl {name}`')} with `--format json`.",
        ]
        lines += ["", *_fields(schema)]
        own = {key: value for key, value in schema.get("$defs", {}).items() if key not in shared}
        lines += _definitions(own)
    lines += ["", "## Parts of several answers", *_definitions(shared)]
    return _page(lines)


def _shared(all_definitions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the definitions that are the same in several answers."""
    found: dict[str, Any] = {}
    for index, definitions in enumerate(all_definitions):
        others = all_definitions[index + 1 :]
        found |= {
            name: each
            for name, each in definitions.items()
            if any(other.get(name) == each for other in others)
        }
    return dict(sorted(found.items()))


def _definitions(definitions: dict[str, Any]) -> Iterator[str]:
    for name, schema in definitions.items():
        yield from ("", f"### {_short(name)}", "")
        if schema.get("description"):
            yield from (_line(schema["description"]), "")
        if "enum" in schema:
            yield from ("One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".",)
        else:
            yield from _fields(schema)


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    yield from ("| Field | Type | Meaning |", "|---|---|---|")
    for name, field in schema.get("properties", {}).items():
        yield f"| `{name}` | {_type(field)} | {_cell(field.get('description', ''))} |"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return _short(field["$ref"].rpartition("/")[2])
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return ", ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    if "discriminator" in field:
        return "one of several kinds, by `kind`"
    for word in ("anyOf", "oneOf"):
        if word in field:
            return " or ".join(dict.fromkeys(map(_type, field[word])))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), dict):
        return f"map of {_type(field['additionalProperties'])}"
    return str(field.get("type", "anything"))


def _short(name: str) -> str:
    """Return a name of a definition without the module that pydantic tells two of one name apart by."""
    return name.rpartition("__")[2]


# Messages


class _Message(NamedTuple):
    """What a diagnostic says: `{…}` in both stands for a value."""

    summary: str
    hint: str


_CONSEQUENCES: Final[dict[ErrorType, str]] = {
    RunRefused: "Stops the whole run: nothing will work until somebody acts",
    OperationRefused: "Stops this kind of call in all groups",
    Refused: "Fails the step, and ends its group",
    OutsideGroup: "Ends the group: it is never created again by itself",
    GroupGone: "Ends the group: it is never created again by itself",
    Throttled: "Waited for and repeated; fails the step when it lasts",
    OutcomeUnknown: "Nobody knows whether it was done: read again, and repeated where that is safe",
}
"""What happens after a refused call. Source: docs/behaviour.md, "Repeats"."""

_AREAS: Final = {
    "plan/guards": "Guards",
    "cli": "Command line",
    "config": "Files of the fleet",
    "state": "State",
    "plan": "Planning",
    "feishu": "Talking to the platform",
    "apply": "Applying",
    "": "Other",
}
"""Titles by folder, the first that fits."""


def messages_page() -> str:
    """Return the page of platform codes and of our own messages, with what to do about each."""
    lines = [
        "# Messages, and what to do",
        "",
        (
            "Made of the code by `scripts/reference.py`. A message has a short fixed summary, by which it is found here, then what and "
            "why in full, and what to do. `{…}` stands for a value."
        ),
        "",
        "## Codes of the platform",
        "",
        "What the platform said stands in the message with its code and its log id, under which its support finds the call.",
        *_codes(),
        *_own_codes(),
    ]
    for area, messages in _messages().items():
        lines += ["", f"## {area}", "", "| Message | What to do |", "|---|---|"]
        lines += [f"| {_cell(each.summary)} | {_cell(each.hint)} |" for each in messages]
    return _page(lines)


def _codes() -> Iterator[str]:
    for consequence in dict.fromkeys(_CONSEQUENCES.values()):
        yield from ("", f"### {consequence}", "", "| Code | Message | What to do |", "|---|---|---|")
        by_meaning: dict[Meaning, list[int]] = {}
        for code in sorted(MEANINGS):
            if _CONSEQUENCES[MEANINGS[code].error] == consequence:
                by_meaning.setdefault(MEANINGS[code], []).append(code)
        for meaning, codes in by_meaning.items():
            yield f"| {', '.join(map(str, codes))} | {_cell(meaning.summary)} | {_cell(meaning.hint)} |"


def _own_codes() -> Iterator[str]:
    yield from (
        "",
        "### On single operations",
        "",
        "| Operation | Code | Message | What to do |",
        "|---|---|---|---|",
    )
    for prefix, meanings in OWN_MEANINGS.items():
        for code, meaning in meanings.items():
            yield f"| `{prefix}…` | {code} | {_cell(meaning.summary)} | {_cell(meaning.hint)} |"


def _messages() -> dict[str, list[_Message]]:
    """Return the messages of all modules by area, without those of the table of codes."""
    package = ROOT / "reconciler"
    found: dict[str, set[_Message]] = {title: set() for title in _AREAS.values()}
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package).as_posix()
        title = next(title for folder, title in _AREAS.items() if place.startswith(folder))
        found[title] |= set(_messages_of(ast.parse(file.read_text(encoding="utf-8"))))
    return {title: sorted(messages) for title, messages in found.items() if messages}


def _messages_of(module: ast.Module) -> Iterator[_Message]:
    """Yield the diagnostics of a module whose summary stands where they are made."""
    named = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called(node) == "Diagnostic":
            parts = dict(zip(("summary", "detail", "hint"), node.args, strict=False))
            parts |= {word.arg: word.value for word in node.keywords if word.arg}
            summary, hint = (_template(parts.get(part), named) for part in ("summary", "hint"))
            if summary:
                yield _Message(summary, hint)


def _template(node: ast.expr | None, named: dict[str, ast.expr]) -> str:
    """Return the template of a text that is made here or under a name of the module; "" of any other."""
    if isinstance(node, ast.Name):
        node = named.get(node.id)
    if isinstance(node, ast.Call) and _called(node) == "text" and node.args:
        [first, *_] = node.args
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


# Markdown


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    """Return a text as the cell of a table, where a bar would end it; "" as a dash."""
    return _line(text).replace("|", "\\|").replace("<", "&lt;") or "–"


if __name__ == "__main__":
    main()
