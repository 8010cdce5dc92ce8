"""A check-up as data: what was looked at, and how that ended.

Source: docs/behaviour.md, "Check-up".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from reconciler.errors import Diagnostic, PlatformFacts, Source
from reconciler.model.address import Facet
from reconciler.model.base import Frozen
from reconciler.plan.plan import HumanText
from reconciler.plan.scopes import ScopeNeed

REPORT_VERSION: Final = 1


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It cannot be known, or not without writing."""
    SKIPPED = "skipped"
    """What it needs failed before."""


class Topic(StrEnum):
    """What is checked, in the order in which it is told."""

    INSTALLATION = "installation"
    CONFIGURATION = "configuration"
    ENDPOINT = "endpoint"
    STATE = "state"
    CREDENTIALS = "credentials"
    BOT = "bot"
    CLOCK = "clock"
    TENANT = "tenant"
    PEOPLE = "people"
    SCOPES = "scopes"
    ROLES = "roles"
    QUOTA = "quota"


class Check(Frozen):
    """One thing that was checked: what was found, why that is so, and what to do."""

    topic: Topic
    verdict: Verdict
    summary: HumanText
    detail: HumanText = ""
    hint: HumanText = ""
    source: Source | None = None
    """The place in the files."""
    platform: PlatformFacts | None = None
    """What the platform answered."""
    keys: tuple[str, ...] = ()
    """Groups that it is about; none: the whole fleet."""
    partial: bool = False
    """Whether other groups are fine."""


class Place(StrEnum):
    """Where our app stands in a group."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"
    UNSURE = "unsure"
    """A bot owns the group, and nothing tells whether it is ours."""
    NO_CHAT = "no_chat"
    """The group is yet to be created."""
    OUTSIDE = "outside"
    DISSOLVED = "dissolved"
    UNMANAGEABLE = "unmanageable"
    """External, of another kind, or claimed by several keys."""
    UNREADABLE = "unreadable"


TROUBLED: Final = frozenset({Place.OUTSIDE, Place.DISSOLVED, Place.UNMANAGEABLE, Place.UNREADABLE})
"""Places from which nothing can be managed."""


class GroupCheck(Frozen):
    """What our role in one group allows."""

    key: str
    chat_id: str | None = None
    place: Place
    refused: tuple[Facet, ...] = ()
    """Managed facets that our role cannot write."""
    problem: Diagnostic | None = None
    """Why nothing can be managed."""


class Report(Frozen):
    """Everything that a check-up found."""

    format_version: Literal[1] = REPORT_VERSION
    tool_version: str
    fleet: str = ""
    """Empty when `groupctl.yaml` could not be read."""
    endpoint: str = ""
    app_id: str = ""
    tenant_key: str = ""
    checks: tuple[Check, ...]
    scopes: tuple[ScopeNeed, ...] = ()
    """The calls that the fleet needs, with what is known of their scopes."""
    groups: tuple[GroupCheck, ...] = ()
    calls: dict[str, int] = {}
    """What one plan of the fleet calls, at least, by operation."""
