"""`groupctl schema`: JSON Schemas of files and answers."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import Options, common_options
from reconciler.cli.output import answer, answer_done
from reconciler.errors import text

NAMES = ("groups", "groupctl", "plan", "outcome", "drift", "validate", "explain", "doctor")


@click.command(
    epilog="""\b
Examples:
  groupctl schema groups                print the schema of the group files
  groupctl schema --out schemas         write all schemas into a folder
"""
)
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write all into this folder.")
@common_options
def schema(name: str | None, out: Path | None, options: Options) -> Exit:
    """Print or write JSON Schemas.

    `groups` and `groupctl` describe the YAML files, for editors; the others describe JSON answers.
    """
    if (name is None) == (out is None):
        raise click.UsageError(text("Give either a NAME or --out FOLDER."))
    if name:
        answer(_content(name))
    if out:
        files = _write(out)
        answer_done(
            text("Wrote {files}.", files=", ".join(f"`{file}`" for file in files)), options, files=files
        )
    return Exit.OK


def _write(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{each}.schema.json": _content(each) for each in NAMES}
    for file, content in files.items():
        file.write_text(content, encoding="utf-8")
    return [str(file) for file in files]


def _content(name: str) -> str:
    from reconciler.config import SCHEMA_NAMES, schema_text
    from reconciler.render.schemas import output_schema

    return schema_text(name) if name in SCHEMA_NAMES else output_schema(name)
