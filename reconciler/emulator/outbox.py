"""Where changes of chats become events: keep the chat, and an event for every app that is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator import ids, tickets
from reconciler.emulator.chat import Chat
from reconciler.emulator.directory import App, Directory
from reconciler.emulator.events import (
    APP_TICKET,
    CONVERSATION_ENTERED,
    Event,
    Happening,
    Subscription,
    View,
    envelope,
    hears,
)
from reconciler.emulator.happenings import Change, conversation_entered, happenings
from reconciler.emulator.store import Store

MOST_ENTRIES_PER_SECOND = 300
"""Events of entered one-to-one chats per bot; those above are dropped. Source: events.md, 1."""

MOST_TICKETS = 24
"""Hours whose tickets are pushed at once after the clock was moved."""

_PUSHED = "tickets_pushed"


@dataclass(frozen=True, slots=True)
class Outbox:
    """Keeps changed chats and what apps are told of them. Use inside a transaction that writes."""

    store: Store
    directory: Directory
    seed: str
    now: float

    def create(self, chat: Chat, by: str) -> None:
        """Keep a new chat that `by` made."""
        self.store.add_chat(chat)
        self._tell(Change(None, chat, by))

    def change(self, chat: Chat, by: str, *, withdrawn: bool = False) -> None:
        """Keep what `by` made of a chat; `withdrawn` as `Change` has it."""
        change = Change(self.store.chat(chat.chat_id), chat, by, withdrawn)
        self.store.save_chat(chat)
        self._tell(change)

    def enter(self, chat: Chat, by: str) -> None:
        """Tell a bot that `by` opened their one-to-one chat."""
        happening = conversation_entered(chat, by, self.store.last_message(chat.chat_id))
        entries = [
            self.store.events_since(bot, CONVERSATION_ENTERED, self.now - 1.0) for bot in happening.bots
        ]
        if all(count < MOST_ENTRIES_PER_SECOND for count in entries):
            self._post(happening)

    def push_app_ticket(self, app: App) -> None:
        """Push the present ticket of a store app once more."""
        self._push(app, tickets.current(self.store, self.seed, app, self.now), self.now)

    def push_due_tickets(self) -> None:
        """Push the ticket of every hour that has begun since the last push to each store app.

        Of a longer time only the last `MOST_TICKETS` come: the ones before them are of no use to anybody.
        """
        latest = tickets.hour(self.store, self.now)
        pushed = self.store.meta(_PUSHED)
        last = latest - 1 if pushed is None else int(pushed)
        for hour in range(max(last, latest - MOST_TICKETS) + 1, latest + 1):
            for app in self.directory.apps.values():
                if app.store and app.enabled:
                    ticket = tickets.of_hour(self.seed, app, hour)
                    self._push(app, ticket, tickets.begin_of(self.store, hour))
        self.store.set_meta(_PUSHED, str(latest))

    def _push(self, app: App, ticket: str, time: float) -> None:
        subscription = self.store.subscriptions().get(app.app_id)
        if subscription is not None:
            self._keep(
                subscription, View.of(app, self.directory), APP_TICKET, "", {"app_ticket": ticket}, time
            )

    def _tell(self, change: Change) -> None:
        for happening in happenings(change, self.directory.readings):
            self._post(happening)

    def _post(self, happening: Happening) -> None:
        subscriptions, chat = self.store.subscriptions(), happening.chat
        for bot in happening.bots:
            subscription = subscriptions.get(bot)
            if subscription is not None and hears(subscription, self.directory.apps[bot], happening):
                view = View.of(self.directory.apps[bot], self.directory, chat.tenant_key)
                payload = happening.payload(view)
                self._keep(subscription, view, happening.event_type, chat.chat_id, payload, self.now)

    def _keep(
        self,
        subscription: Subscription,
        view: View,
        event_type: str,
        chat_id: str,
        payload: Mapping[str, Any],
        time: float,
    ) -> None:
        number = self.store.next_number("events")
        event_id = ids.event_id(self.seed, number)
        body = envelope(subscription, view, event_type, event_id, time, payload)
        self.store.add_event(Event(number, view.app.app_id, event_id, event_type, chat_id, time, body))
        if subscription.url:
            self.store.plan_delivery(number, due=self.now)
