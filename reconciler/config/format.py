"""Files of a fleet in their one form."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from reconciler.config.document import read_file
from reconciler.config.files import SETTINGS_FILE
from reconciler.config.problems import Problems
from reconciler.config.replace import FileChange, read_group_file, without_mark
from reconciler.config.schema import GroupsFile, SettingsFile
from reconciler.config.tidy import NotUnderstoodError, tidy
from reconciler.config.validation import validate
from reconciler.errors import ConfigurationError, Diagnostic, Source, text


def tidied(root: Path, path: PurePosixPath) -> FileChange:
    """Return how a file changes when it gets its one form.

    Args:
        root: Folder of the fleet.
        path: A group file or `groupctl.yaml`, below the folder.

    Raises:
        ConfigurationError: The file is no such file, has errors, or holds what is not put in order here.
    """
    before = read_group_file(root, path)
    shown = (root / path).as_posix()
    problems = Problems()
    document = read_file(root / path, shown, problems)
    model = SettingsFile if path.name == SETTINGS_FILE else GroupsFile
    if document:
        validate(document, model, problems)
    if problems.has_errors:
        raise ConfigurationError(*problems.all)
    mark, content = without_mark(before)
    try:
        return FileChange(path, before, mark + tidy(content, model))
    except NotUnderstoodError:
        raise ConfigurationError(
            Diagnostic(
                text("File cannot be put in order"),
                text("It uses a form of YAML that is valid, but not understood here. Nothing was changed."),
                text(
                    "Write it without `? key`, anchors before keys, and digits behind `|` or `>`; "
                    "put comments on lines of their own."
                ),
                source=Source(shown, 1, 1),
            )
        ) from None
