"""Problems told to people, and the exceptions that carry them.

Every text for a person is made by `text`, so that a translation can be looked up by its template.
A `Diagnostic` never holds a secret: whoever makes one puts in ids, codes and positions only.

    ReconcilerError
    ├── UsageError            the command line itself is wrong (exit status 64)
    ├── ConfigurationError    the YAML files are wrong; nothing was sent
    ├── StateError            the state file cannot be read, locked or written, or belongs elsewhere
    ├── SavedPlanError        the saved plan cannot be read or written, or is not for this run
    ├── JournalError          the journal of a run cannot be written or read
    ├── NoticeError           what was told of drift cannot be read or remembered
    ├── CredentialsError      no usable credentials were given
    └── PlatformError         the platform refused a call, or could not be reached
        ├── RunRefused        nothing will work until somebody acts: credentials, bot ability, monthly quota
        ├── OperationRefused  this operation will not work anywhere: the app lacks its scope
        ├── GroupGone         the chat is dissolved
        ├── OutsideGroup      our app is not in the chat
        ├── Refused           this call is refused: role, limit, content, id
        ├── Throttled         refused until later, and still so after all repeats
        └── OutcomeUnknown    no readable answer; a write may or may not have been done

Children of `PlatformError` follow what a caller can do. `reconciler.feishu.codes` maps platform codes to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Text(str):
    """A text for people that remembers its template and values, so that it can be translated."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]


def text(template: str, /, **values: object) -> Text:
    """Return `template` filled with `values`; translatable by its template."""
    filled = Text(template.format(**values) if values else template)
    filled.template = template
    filled.values = values
    return filled


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a value stands: file as shown to people, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How bad a diagnostic is; only errors stop something."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """What the platform said about a refused call; `code` is 0 when there was no readable answer."""

    operation: str
    code: int = 0
    http_status: int = 0
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem told to a person.

    `summary` is fixed and free of user data, so that it can be recognised and searched. `detail` says what
    and why in full sentences, `hint` what to do next. `address` names the managed thing
    (`oncall-payments/tabs/Runbook`), `source` the place in the YAML files.
    """

    summary: str
    detail: str = ""
    hint: str = ""
    address: str = ""
    source: Source | None = None
    severity: Severity = Severity.ERROR
    platform: PlatformFacts | None = None


class ReconcilerError(Exception):
    """Base of all errors that are told to people; holds at least one diagnostic."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics

    def __str__(self) -> str:
        return "; ".join(f"{each.summary}: {each.detail}" for each in self.diagnostics)


class UsageError(ReconcilerError):
    """The command line is wrong: an unknown key, a glob that matches nothing, a missing answer."""


class ConfigurationError(ReconcilerError):
    """The configuration files are wrong. Holds every problem of every file."""


class StateError(ReconcilerError):
    """The state cannot be read, locked or written, or belongs to another fleet, tenant or app."""


class SavedPlanError(ReconcilerError):
    """A saved plan cannot be read or written, belongs elsewhere, or lacks its files."""


class JournalError(ReconcilerError):
    """The journal of a run cannot be written or read."""


class NoticeError(ReconcilerError):
    """What was told of drift cannot be read, or be remembered."""


class CredentialsError(ReconcilerError):
    """No usable credentials were given."""


class PlatformError(ReconcilerError):
    """The platform refused a call or could not be reached.

    `field` is the dotted settings path that the code blames (`restricted_mode` for 232057), or empty.
    `blames_people` says that a person or bot named in the call is what was refused. `scopes` are those that the
    platform named as missing; any one of them would have sufficed. `maybe_done` says that the
    call may have been done all the same: by an attempt before this one whose answer was lost.
    """

    def __init__(
        self,
        diagnostic: Diagnostic,
        *,
        field: str = "",
        blames_people: bool = False,
        scopes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic
        self.facts: PlatformFacts = diagnostic.platform or PlatformFacts("")
        self.field = field
        self.blames_people = blames_people
        self.scopes = scopes
        self.maybe_done = isinstance(self, OutcomeUnknown)


class RunRefused(PlatformError):
    """Nothing will work until somebody acts; the run stops at once."""


class OperationRefused(PlatformError):
    """The app lacks the scope of this operation; it will not work for any group."""


class GroupGone(PlatformError):
    """The chat is dissolved (232009)."""


class OutsideGroup(PlatformError):
    """Our app is not in the chat (232011)."""


class Refused(PlatformError):
    """This call is refused for good: role, limit, content or id."""


class Throttled(PlatformError):
    """Refused until later (rate limit, busy chat), and still so after all repeats. Nothing was done."""


class OutcomeUnknown(PlatformError):
    """No readable answer came. A read told nothing; a write may or may not have been done."""
