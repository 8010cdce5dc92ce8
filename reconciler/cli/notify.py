"""Tells group chats of drift: one card per run and target, and none when nothing is new (`--notify`, `--notify-state`).

Whatever goes wrong here is a warning: the command has answered already, and its exit status stands. What could not be
told counts as not told, so that the next run tells it.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Callable, Container, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.options import Options
from reconciler.cli.output import tell, tell_diagnostics
from reconciler.errors import NoticeError, ReconcilerError, Severity, text
from reconciler.model.ids import is_chat_id

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.feishu.transport import CallCounts
    from reconciler.model.base import JsonValue
    from reconciler.plan.drift import DriftReport
    from reconciler.state.notices import Notices

_STATE: Final = ".groupctl/drift.json"
_WEBHOOK: Final = re.compile(r"(?!.*[_-]secret([_-]file)?$)[a-z][a-z0-9_-]{0,62}", re.IGNORECASE)
"""`webhook:ops_secret` would read the key of `webhook:ops` as its URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell."""

    kind: str
    """`chat` or `webhook`."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class _TargetType(click.ParamType[Target]):
    """`chat:oc_…` or `webhook:NAME`."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Return the target; anything else is wrong usage."""
        if isinstance(value, Target):
            return value
        kind, _, name = str(value).partition(":")
        is_chat = kind == "chat" and is_chat_id(name)
        is_webhook = kind == "webhook" and _WEBHOOK.fullmatch(name)
        if not (is_chat or is_webhook):
            words = (
                "is neither chat:oc_… nor webhook:NAME (letters, digits, '-', '_'; not ending in '_secret')."
            )
            self.fail(f"{value!r} {words}", param, ctx)
        return Target(kind, name)


notify_option: Final = click.option(
    "--notify",
    "targets",
    type=_TargetType(),
    multiple=True,
    metavar="TARGET",
    help="Send a card when drift is new: chat:oc_… (as the app) or webhook:NAME. Can be given several times.",
)
notify_state_option: Final = click.option(
    "--notify-state",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where is kept what was told already (.groupctl/drift.json).",
)


async def notify(
    report: DriftReport,
    targets: tuple[Target, ...],
    session: Session,
    *,
    looked_at: Container[str] | None,
    file: Path | None,
    counts: CallCounts,
) -> None:
    """Tell every target what is new to it. Nothing is raised; problems are warnings.

    Args:
        report: The drift.
        targets: Whom to tell.
        session: The fleet.
        looked_at: Keys that the report is about; `None`: all there are.
        file: Where is kept what was told before; `None`: its usual place.
        counts: To these the calls are added.
    """
    from reconciler.state.notices import write_notices

    path = file or _usual_file(session.configuration.root)
    before = notices = _remembered(path, session.options)
    for target in dict.fromkeys(targets):
        notices = await _notify(target, report, session, notices, looked_at, counts)
    if notices != before:
        try:
            write_notices(path, notices)
        except NoticeError as error:
            _warn(error, session.options)


async def _notify(
    target: Target,
    report: DriftReport,
    session: Session,
    notices: Notices,
    looked_at: Container[str] | None,
    counts: CallCounts,
) -> Notices:
    """Tell one target what is new to it; returns what was told then."""
    from reconciler.plan.news import find_news
    from reconciler.render.drift_card import drift_card
    from reconciler.render.translate import say

    place = (report.fleet, report.endpoint, str(target))
    news = find_news(report, notices.told(*place), looked_at)
    try:
        send = _sender(target, session, counts)
        if news.is_worth_telling:
            await send(drift_card(report, news))
    except ReconcilerError as error:
        _warn(error, session.options, target)
        return notices
    if news.is_worth_telling and not session.options.quiet:
        tell(say("Told {target}.", target=str(target)))
    return notices.with_told(*place, news.digests)


def _sender(
    target: Target, session: Session, counts: CallCounts
) -> Callable[[JsonValue], Coroutine[Any, Any, None]]:
    """Return what sends a card; what its environment lacks is found out now, not on the day of the first drift.

    Raises:
        CredentialsError: A webhook is missing or cannot be used.
    """

    async def to_chat(card: JsonValue) -> None:
        async with session.platform() as (gateway, _):
            try:
                # A new one for every card: the platform sends nothing else with an old one.
                await gateway.send_card(target.name, json.dumps(card), str(uuid.uuid4()))
            finally:
                counts.add(gateway.counts)

    if target.kind == "chat":
        return to_chat
    from reconciler.cli.session import SystemClock
    from reconciler.feishu.webhook import read_webhook, send_to_webhook

    webhook = read_webhook(target.name, os.environ, Path.cwd())
    return lambda card: send_to_webhook(webhook, card, SystemClock().now(), counts)


def _usual_file(root: Path) -> Path:
    """Return the file beside the journals of a fleet."""
    journals = os.environ.get("GROUPCTL_JOURNAL")
    return Path(journals) / "drift.json" if journals else root / _STATE


def _remembered(path: Path, options: Options) -> Notices:
    from reconciler.state.notices import Notices, read_notices

    try:
        return read_notices(path)
    except NoticeError as error:
        _warn(error, options)
        return Notices()


def _warn(error: ReconcilerError, options: Options, target: Target | None = None) -> None:
    """Tell of problems as warnings; with a target, that it was not told."""
    told = [replace(each, severity=Severity.WARNING) for each in error.diagnostics]
    if target:
        told = [
            replace(
                each,
                summary=text("Drift could not be told"),
                detail=text("{target}: {what}. {why}", target=target, what=each.summary, why=each.detail),
            )
            for each in told
        ]
    tell_diagnostics(told, options)
