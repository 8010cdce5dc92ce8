"""Facets and addresses: the stable names of managed things."""

from __future__ import annotations

from enum import StrEnum


class Facet(StrEnum):
    """One independently read and written part of a group. Their order of writing is in `plan.order`."""

    EXISTENCE = "existence"
    SETTINGS = "settings"
    MEMBERS = "members"
    """People who come."""
    MANAGERS = "managers"
    MODERATION = "moderation"
    ANNOUNCEMENT = "announcement"
    TABS = "tabs"
    MENUS = "menus"
    TOP_NOTICE = "top_notice"
    DEPARTURES = "departures"
    """People who go: the same list as `members`, written much later."""
    OWNER = "owner"
    LIFECYCLE = "lifecycle"


def address(key: str, *parts: str) -> str:
    """Return the stable name of a managed thing: `oncall-payments/tabs/Runbook`."""
    return "/".join((key, *parts))
