"""The app_ticket of store apps: a new one every hour, pushed by the event `app_ticket`, never answered.

Source: platform.openapi.yaml, info.x-token-rules.store_app_notes. How long an old ticket is good for is not
written anywhere; here it ends with the push of the next one, so that a client which keeps it is found out.
"""

from __future__ import annotations

from reconciler.emulator import ids
from reconciler.emulator.directory import App
from reconciler.emulator.store import Store

EVERY = 3600.0
"""Seconds from one push to the next."""

_BEGIN = "tickets_begin"


def current(store: Store, seed: str, app: App, now: float) -> str:
    """Return the latest ticket of a store app. Call inside a transaction that writes."""
    return of_hour(seed, app, hour(store, now))


def of_hour(seed: str, app: App, number: int) -> str:
    """Return the ticket of a store app in the hour `number`, counted from 0."""
    return app.app_ticket if number == 0 and app.app_ticket else ids.app_ticket(seed, app.app_id, number)


def hour(store: Store, now: float) -> int:
    """Return the hour that it is; the first one begins when this is first asked."""
    if store.meta(_BEGIN) is None:
        store.set_meta(_BEGIN, repr(now))
    return int((now - begin_of(store, 0)) // EVERY)


def begin_of(store: Store, number: int) -> float:
    """Return the time at which an hour begins. Ask for the present one first."""
    return float(store.meta(_BEGIN) or 0) + number * EVERY
