"""Events on their way to the apps: webhooks with encryption, signature, time limits and retries.

Imported only when there is something to send: httpx takes long to import. Source: schemas/api/events.md, 5 and 6.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from reconciler.emulator import ids
from reconciler.emulator.events import Event, Subscription
from reconciler.emulator.faults import FaultKind
from reconciler.emulator.store import ACCEPTED, Delivery, Stage
from reconciler.emulator.wire import JSON_TYPE, dump_json

if TYPE_CHECKING:
    from reconciler.emulator.core import Emulator

CONNECT = 2.0
"""Seconds within which a connection must stand."""

WHOLE_CALL = 3.0
"""Seconds within which an event must be answered."""

CHALLENGE = 1.0
"""Seconds within which the verification of an URL must be answered."""

RETRIES = (15.0, 300.0, 3600.0, 21_600.0)
"""Seconds from each failed attempt to the next one."""

LONGEST_HOLD = 15.0
"""Seconds for which an event waits for the next one that is to overtake it."""

LOST = "lost"
NO_ADDRESS = "no address"
TOO_SLOW = "no answer in time"
NOT_TRUSTED = "the host is neither this machine nor trusted"

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def encrypt(key: str, plain: bytes, vector: bytes) -> str:
    """Return `plain` by AES-256-CBC under the SHA-256 of `key`, in base64 behind the 16 bytes of `vector`."""
    # No part of the ordinary installation, and slow to import.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    padder = PKCS7(algorithms.AES.block_size).padder()
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(vector)).encryptor()
    hidden = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    return base64.b64encode(vector + hidden).decode()


def signature(timestamp: str, nonce: str, key: str, body: bytes) -> str:
    """Return what proves that `body`, as it is sent, comes from somebody who knows `key`."""
    return hashlib.sha256(f"{timestamp}{nonce}{key}".encode() + body).hexdigest()


async def deliver(emulator: Emulator) -> list[Delivery]:
    """Make every delivery that is due, and return those that were made; apps do not wait for each other."""
    made: list[Delivery] = []
    async with _client() as client:
        courier = _Courier(emulator, client)
        while due := emulator.store.due_deliveries(emulator.clock.now()):
            due.sort(key=lambda pair: pair[1].app_id)  # stable: each app's stay in the order of falling due
            rounds = [list(group) for _, group in groupby(due, key=lambda pair: pair[1].app_id)]
            for settled in await asyncio.gather(*map(courier.carry_out_all, rounds)):
                made += settled
    return made


async def challenge(emulator: Emulator, subscription: Subscription) -> str:
    """Ask the URL of a subscription to answer; return why it is not accepted, nothing if it is."""
    with emulator.store.transaction(write=True):
        number = emulator.store.next_number("challenges")
    text = ids.digest(emulator.seed, "challenge", number)[:32]
    body = {"challenge": text, "token": subscription.verification_token, "type": "url_verification"}
    # No signature: it does not apply here, and the SDKs look for none.
    sent = _packed(subscription, body, ids.digest(emulator.seed, "challenge vector", number))
    async with _client() as client:
        try:
            _require_trusted(subscription.url, emulator.trusted_hosts)
            response = await _post(client, subscription.url, sent, {}, CHALLENGE)
        except _FailedError as error:
            return str(error)
    if response.status_code != httpx.codes.OK:
        return f"HTTP {response.status_code}"
    try:
        answer = response.json()
    except ValueError:
        return "the answer is no JSON"
    return "" if isinstance(answer, dict) and answer.get("challenge") == text else "not the challenge"


@dataclass(frozen=True, slots=True)
class _Courier:
    """Carries deliveries out, one after another per app."""

    emulator: Emulator
    client: httpx.AsyncClient

    async def carry_out_all(self, due: list[tuple[Delivery, Event]]) -> list[Delivery]:
        settled = [await self._carry_out(delivery, event) for delivery, event in due]
        return [delivery for delivery in settled if delivery is not None]

    async def _carry_out(self, delivery: Delivery, event: Event) -> Delivery | None:
        """Make a delivery, and plan what follows from it; `None` if it was put off, or the event forgotten."""
        twice = delivery.twice
        if delivery.stage == Stage.FRESH:
            chat_id = event.chat_id or None
            strikes = {fault.kind: fault for fault in self.emulator.faults.take(event.event_type, chat_id)}
            twice = FaultKind.REPEAT_EVENT in strikes
            if FaultKind.LOSE_EVENT in strikes:
                return self._settle(delivery, event, LOST, twice=False)
            if FaultKind.DELAY_EVENT in strikes:
                self._put_off(delivery, strikes[FaultKind.DELAY_EVENT].seconds, Stage.PLANNED, twice)
                return None
            if FaultKind.HOLD_EVENT in strikes:
                self._put_off(delivery, LONGEST_HOLD, Stage.HELD, twice)
                return None
        outcome = await self._send(delivery, event)
        return self._settle(delivery, event, outcome, twice=twice)

    def _put_off(self, delivery: Delivery, seconds: float, stage: Stage, twice: bool) -> None:
        store = self.emulator.store
        with store.transaction(write=True):
            store.put_off(delivery, self.emulator.clock.now() + seconds, stage, twice=twice)

    async def _send(self, delivery: Delivery, event: Event) -> str:
        """Send the event to where its app now wants it; return what came of it."""
        subscription = self.emulator.store.subscriptions().get(event.app_id)
        if subscription is None or not subscription.url:
            return NO_ADDRESS
        digits = ids.digest(self.emulator.seed, "delivery", delivery.number)
        body = _packed(subscription, event.body, digits)
        headers = (
            self._signed(subscription.encrypt_key, digits[32:48], body) if subscription.encrypt_key else {}
        )
        try:
            _require_trusted(subscription.url, self.emulator.trusted_hosts)
            response = await _post(self.client, subscription.url, body, headers, WHOLE_CALL)
        except _FailedError as error:
            return str(error)
        return ACCEPTED if response.status_code == httpx.codes.OK else f"HTTP {response.status_code}"

    def _signed(self, key: str, nonce: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.emulator.clock.now()))
        return {
            "X-Lark-Request-Timestamp": timestamp,
            "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": signature(timestamp, nonce, key, body),
        }

    def _settle(self, delivery: Delivery, event: Event, outcome: str, *, twice: bool) -> Delivery | None:
        store, now = self.emulator.store, self.emulator.clock.now()
        with store.transaction(write=True):
            settled = store.settle(delivery, now, outcome)
            if settled is None:
                return None
            if settled.accepted and twice:
                store.plan_delivery(event.number, now, stage=Stage.PLANNED)
            failed = outcome not in {ACCEPTED, LOST, NO_ADDRESS}
            if failed and delivery.attempt <= len(RETRIES):
                due = now + RETRIES[delivery.attempt - 1]
                store.plan_delivery(event.number, due, delivery.attempt + 1, Stage.PLANNED, twice=twice)
            store.release_held(event.app_id, now)
        return settled


class _FailedError(Exception):
    """There is no answer, for the reason given."""


def _client() -> httpx.AsyncClient:
    # What the surroundings say about proxies is meant for others; receivers are near.
    return httpx.AsyncClient(trust_env=False)


def _packed(subscription: Subscription, body: dict[str, Any], digits: str) -> bytes:
    """Return the bytes to send: compact, so that they survive being parsed and written again.

    `digits` are hexadecimal and make the initialization vector: repeatable, yet another one for every message.
    """
    plain = dump_json(body)
    if not subscription.encrypt_key:
        return plain
    return dump_json({"encrypt": encrypt(subscription.encrypt_key, plain, bytes.fromhex(digits[:32]))})


def _require_trusted(url: str, trusted: frozenset[str]) -> None:
    """Refuse to send anywhere but to this machine and to hosts that whoever runs the emulator trusts.

    The addresses stand in files that anybody may propose a change of.
    """
    try:
        parts = urlsplit(url)
        host, place = parts.hostname or "", parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        host = place = ""
    if host not in _THIS_MACHINE and not {host, place} & trusted:
        raise _FailedError(NOT_TRUSTED)


async def _post(
    client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str], limit: float
) -> httpx.Response:
    try:
        async with asyncio.timeout(limit):
            return await client.post(
                url,
                content=body,
                headers={"Content-Type": JSON_TYPE, **headers},
                timeout=httpx.Timeout(limit, connect=min(CONNECT, limit)),
            )
    except (TimeoutError, httpx.TimeoutException) as error:
        raise _FailedError(TOO_SLOW) from error
    except (httpx.HTTPError, httpx.InvalidURL, ExceptionGroup) as error:  # the last for a port above 65535
        raise _FailedError(f"{type(error).__name__}: {error}") from error
