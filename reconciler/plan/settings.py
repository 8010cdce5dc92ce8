"""Settings: one update call for all that differs."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.changes import Change
from reconciler.model.settings import CREATE_ONLY_BY_UPDATE, Settings
from reconciler.plan.operations import Operation, UpdateChat


def plan_settings(changes: Iterable[Change], live: Settings) -> tuple[Operation, ...]:
    """Return the operation that writes the changed fields.

    Localized names go as a whole, live overlaid by desired: what an update without a locale does to that
    locale is not stated.
    Source: chats.openapi.yaml, chat_update `x-open-questions` ("Are nested objects merged or replaced").
    """
    fields = {change.path: change.after for change in changes}
    if not fields:
        return ()
    if any(path.startswith("i18n_names.") for path in fields):
        live_names = {f"i18n_names.{locale}": name for locale, name in (live.i18n_names or {}).items()}
        fields = {**live_names, **fields}
    return (UpdateChat(settings=Settings.from_fields(fields)),)


def creatable(settings: Settings) -> Settings:
    """Return the part of `settings` that create accepts."""
    fields = settings.fields()
    return Settings.from_fields(
        {path: value for path, value in fields.items() if path not in CREATE_ONLY_BY_UPDATE}
    )
