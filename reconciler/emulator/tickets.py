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
    begin = store.meta(_BEGIN)
    if begin is None:
        begin = repr(now)
        store.set_meta(_BEGIN, begin)
    number = int((now - float(begin)) // EVERY)
    if number == 0 and app.app_ticket:
        return app.app_ticket
    return ids.app_ticket(seed, app.app_id, number)
