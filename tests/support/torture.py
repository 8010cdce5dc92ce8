"""One apply that is killed, struck or disturbed at one point, and what the next applies make of it.

An apply of ten groups makes, changes, renames, gives away, forgets and dissolves groups. `tests/torture` tries a
sample of the points, `benchmarks/torture.py` all of them. State, journal and the emulator's database are real files
in a folder of their own; time is virtual.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr

from reconciler.config.markdown import parse_markdown
from reconciler.emulator import Emulator, Fault, FaultKind
from reconciler.emulator.transport import EmulatorTransport
from reconciler.errors import Diagnostic, RunRefused, StateError
from reconciler.feishu.connect import connect
from reconciler.feishu.credentials import Credentials
from reconciler.model.announcement import Announcement
from reconciler.model.group import DesiredGroup
from reconciler.model.ids import SELF
from reconciler.model.moderation import Moderation
from reconciler.model.recorded import State
from reconciler.model.settings import Permissions, Settings
from reconciler.plan.plan import Plan
from reconciler.state.backend import LockHolder
from reconciler.state.file import FileBackend
from reconciler.state.journal import JournalFile, list_journals, read_journal
from reconciler.state.store import Store
from tests.support.builders import additive, desired_group, entry, exact, menu, tab
from tests.support.house import House, LoopClock, MemoryStore, parsed
from tests.support.pictures import png
from tests.support.pretend import OTHER, OURS, SECRET, scenario
from tests.support.virtual_time import run_virtual

OVERRIDES: Final = ("forgets", "removals", "owner", "dissolve", "lockout", "people", "first-contact")
SLOW: Final = Fault(FaultKind.LATENCY, seconds=0.3, count=None)
"""Every call takes so long that the state is written in the middle of the apply, and not at its end alone."""
LATER: Final = 60.0
"""Seconds from a disturbed apply to the next one."""
REPAIRS: Final = 2
"""Applies after which everything has to be as desired."""

Hook = Callable[[str], Awaitable[None]]
"""Told of every boundary of a call: `before …` and `after …`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one point."""

    point: str
    converged: bool
    duplicates: int
    """Groups that exist beside another one of their key."""
    lost: int
    """Groups of ours that the state does not know of, or could not have known of after the disturbance."""
    note: str = ""

    @property
    def good(self) -> bool:
        return self.converged and not (self.duplicates or self.lost)


# ------------------------------------------------------------------ the fleet


def announced(markdown: str) -> Announcement:
    blocks, faults = parse_markdown(markdown)
    assert not faults
    return Announcement(blocks=blocks)


def group(key: str, **fields: Any) -> DesiredGroup:
    settings = fields.pop("settings", {})
    return desired_group(key, settings=Settings(name=f"Group {key}", **settings), **fields)


def fleet_before(house: House) -> tuple[DesiredGroup, ...]:
    """Return the fleet that was applied without a disturbance."""
    return (
        group("steady", members=additive("ou_lilei")),
        group(
            "changing",
            settings={"avatar": house.picture(png(32, 32))},
            members=exact("ou_lilei", "ou_han", SELF),
            managers=exact("ou_lilei"),
            announcement=announced("# 旧\n\n一\n\n二\n"),
            tabs=exact(tab("A"), tab("B"), tab("C")),
            menus=exact(menu("升级", entry("一"), entry("二")), menu("排班")),
            top_notice="announcement",
        ),
        group("old-name"),
        group("given", members=additive("ou_kate")),
        group("leaving"),
        group("doomed", on_remove="dissolve"),
    )


def fleet_after(house: House) -> tuple[DesiredGroup, ...]:
    """Return the fleet that the disturbed apply is for: ten groups, two of which leave."""
    return (
        group("steady", members=additive("ou_lilei")),
        group(
            "changing",
            settings={"avatar": house.picture(png(64, 64)), "description": "线上值班"},
            members=exact("ou_han", "ou_kate", OTHER, SELF),
            managers=exact("ou_kate"),
            moderation=Moderation(mode="moderator_list", moderators=exact("ou_han")),
            announcement=announced("# 新\n\n一\n\n三\n\n- 四\n"),
            tabs=exact(tab("C"), tab("A", "https://example.com/moved"), tab("D")),
            menus=exact(menu("排班"), menu("升级", entry("二"), entry("三"))),
            top_notice="none",
        ),
        group("new-name", previously=("old-name",)),
        group("given", owner="ou_kate", members=additive("ou_kate")),
        group(
            "rich",
            settings={"permissions": Permissions(at_all="only_owner"), "avatar": house.picture(png(16, 16))},
            members=additive("ou_lilei", "ou_han", OTHER),
            managers=exact("ou_lilei"),
            moderation=Moderation(mode="only_owner"),
            announcement=announced("# 值班手册\n\n请联系 @ou_lilei\n"),
            tabs=exact(tab("Runbook"), tab("Dashboards")),
            menus=exact(menu("升级", entry("一"), entry("二"))),
            top_notice="announcement",
        ),
        group("theirs", owner="ou_kate", managers=exact(SELF)),
        group("plain"),
        group("crowded", members=exact("ou_lilei", "ou_han", "ou_jim")),
    )


FLEET_KEYS: Final = ("steady", "changing", "new-name", "given", "rich", "theirs", "plain", "crowded")


# ------------------------------------------------------------------ the place


class FileStore(MemoryStore):
    """The state in a real file; write number `fails_at` fails, before or after it was done, and all later ones."""

    def __init__(self, file: Store, fails_at: int | None = None, *, done: bool = False) -> None:
        super().__init__()
        self._file = file
        self._fails_at = fails_at
        self._done = done
        self.writes = 0

    def save(self, state: State) -> State:
        self.writes += 1
        fails = self._fails_at is not None and self.writes >= self._fails_at
        if fails and not self._done:
            raise StateError(Diagnostic("State cannot be used", "The disk is full."))
        saved = self._file.save(state)
        self.saved.append(saved)
        if fails:
            self._done = False
            raise StateError(Diagnostic("State cannot be used", "The answer was lost."))
        return saved


class Watched(httpx.AsyncBaseTransport):
    """Tells of every call before it is made and after it was done."""

    def __init__(self, inner: httpx.AsyncBaseTransport, hook: Hook) -> None:
        self._inner = inner
        self._hook = hook

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        label = f"{request.method} {request.url.path}"
        await self._hook(f"before {label}")
        response = await self._inner.handle_async_request(request)
        await self._hook(f"after {label}")
        return response


async def nothing(_moment: str) -> None:
    pass


@asynccontextmanager
async def open_site(
    folder: Path,
    hook: Hook = nothing,
    *,
    who: str = "first",
    later: float = 0.0,
    broken: tuple[int | None, bool] = (None, False),
) -> AsyncIterator[House]:
    """Open the house whose files are in `folder`, under the lock of its state.

    Args:
        folder: Where everything is.
        hook: Told of the boundaries of all calls.
        who: Holder of the lock.
        later: Seconds after the beginning.
        broken: Number of the first write of the state that fails, and whether that is done all the same.
    """
    store = store_in(folder)
    with store.locked(_holder(who)):
        state = store.load() if store.exists() else None
        async with _house_in(folder, hook, later) as house:
            house.state = state or house.state
            house.store = FileStore(store, broken[0], done=broken[1])
            yield house


def store_in(folder: Path) -> Store:
    return Store(FileBackend(folder / "state.json", "state.json"), "state.json")


def _holder(who: str) -> LockHolder:
    return LockHolder(holder=f"{who}@test", pid=1, time="2026-01-01T00:00:00Z", command="groupctl apply")


def unlock(folder: Path) -> None:
    """Remove the lock that a dead run left behind, as `groupctl state unlock` does."""
    store = store_in(folder)
    found = store.holder(_holder("asking"))
    if found:
        store.unlock(found)


@asynccontextmanager
async def _house_in(folder: Path, hook: Hook, later: float) -> AsyncIterator[House]:
    clock = LoopClock()
    clock.move(later)
    emulator = Emulator(parsed(scenario()), folder / "tenant.sqlite", clock)
    pictures: dict[str, bytes] = {}
    gateway = connect(
        Credentials(app_id=OURS, app_secret=SecretStr(SECRET)),
        "http://emulator.invalid",
        http_transport=Watched(EmulatorTransport(emulator), hook),
        pictures=pictures.get,
    )
    house = House(emulator, gateway, clock, pictures)
    house.journal = JournalFile(folder / "journal")  # type: ignore[assignment]  # the other kind of journal
    try:
        yield house
    finally:
        await gateway.aclose()
        emulator.close()


def prepare(folder: Path) -> Path:
    """Make the place where every disturbed apply begins, and return it."""

    async def story() -> None:
        async with open_site(folder) as house:
            outcome = await house.apply(*fleet_before(house), overrides=OVERRIDES)
            assert outcome.complete, outcome

    folder.mkdir(parents=True)
    run_virtual(story())
    shutil.rmtree(folder / "journal")
    return folder


@contextmanager
def copy_of(start: Path, name: str) -> Iterator[Path]:
    """Return a copy of a place; it is removed afterwards."""
    folder = start.with_name(f"{start.name}-{name}-{os.getpid()}")
    shutil.copytree(start, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


async def plan(house: House) -> Plan:
    return await house.plan(*fleet_after(house), overrides=OVERRIDES)


async def apply(house: House) -> None:
    """Plan and perform, as far as the platform and the guards let us."""
    with suppress(RunRefused):
        planned = await plan(house)
        if not planned.refusals:
            await house.perform(planned, *fleet_after(house))


# ------------------------------------------------------------------ the verdict


def unknown_chats(house: House, state: State) -> list[str]:
    """Return the names of the groups that a state does not know of, nor could find again by an intent."""
    known = {each.chat_id for each in state.groups.values()}
    known |= {each.group.chat_id for each in state.tombstones.values()}
    intended = {f"Group {key}" for key in state.intents}
    names = [chat["name"] for chat in house.chats() if chat["chat_id"] not in known]
    return list((Counter(names) - Counter(intended)).elements())


async def repair(folder: Path, point: str) -> Verdict:
    """Apply until everything is as desired, at most twice, and return what became of the point."""
    unlock(folder)
    async with open_site(folder, who="repair", later=LATER) as house:
        lost = unknown_chats(house, house.state)
        for _ in range(REPAIRS):
            await apply(house)
        left = await plan(house)
        names = Counter(chat["name"] for chat in house.chats())
        lost += unknown_chats(house, house.state)
        problems = [group.problem for group in left.groups if group.problem]
        unbound = set(FLEET_KEYS) - house.state.groups.keys()
        notes = [
            *(str(step.address) for step in left.steps),
            *(f"{each.summary} {each.detail}" for each in (*problems, *left.refusals)),
            *(f"unknown: {each}" for each in lost),
            *(f"not bound: {each}" for each in sorted(unbound)),
            *(f"intent: {each}" for each in house.state.intents),
        ]
        read_journals(folder)
        return Verdict(
            point=point,
            converged=not (left.steps or problems or left.refusals or unbound or house.state.intents),
            duplicates=names.total() - len(names),
            lost=len(lost),
            note="; ".join(notes),
        )


def read_journals(folder: Path) -> None:
    """Fail unless every run left a journal that can be read, however it ended."""
    for name in list_journals(folder / "journal"):
        read_journal(folder / "journal", name)


def judge(folder: Path, point: str) -> Verdict:
    """Return the verdict; a traceback is one, too."""
    try:
        return run_virtual(repair(folder, point))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the verdict)
        return Verdict(point, converged=False, duplicates=0, lost=0, note=f"{type(error).__name__}: {error}")


# ------------------------------------------------------------------ killed


class Doom:
    """Counts the moments of a run, and kills this process at one of them."""

    def __init__(self, deadline: int | None = None) -> None:
        self.moments: list[str] = []
        self._deadline = deadline

    def is_due(self, moment: str) -> bool:
        self.moments.append(moment)
        return len(self.moments) - 1 == self._deadline

    def pass_by(self, moment: str) -> None:
        if self.is_due(moment):
            os.kill(os.getpid(), signal.SIGKILL)

    async def hook(self, moment: str) -> None:
        self.pass_by(moment)

    def haunt(self) -> None:
        """Let the calls of the operating system that make files durable be moments as well."""
        fsync, replace, write = os.fsync, os.replace, os.write

        def fsync_or_die(descriptor: int) -> None:
            self.pass_by("before fsync")
            fsync(descriptor)

        def replace_or_die(old: Any, new: Any, **options: Any) -> None:
            self.pass_by("before rename")
            replace(old, new, **options)
            self.pass_by("after rename")

        def write_or_die(descriptor: int, data: bytes) -> int:
            if self.is_due("in the middle of a line of the journal"):
                write(descriptor, data[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return write(descriptor, data)

        os.fsync, os.replace, os.write = fsync_or_die, replace_or_die, write_or_die  # type: ignore[assignment]


def run_to_death(folder: Path, deadline: int | None) -> None:
    """Apply in this process, which is killed at moment number `deadline`; `None`: write down all moments."""

    async def story() -> None:
        async with open_site(folder, doom.hook) as house:
            house.emulator.faults.add(SLOW)
            await apply(house)

    doom = Doom(deadline)
    doom.haunt()
    run_virtual(story())
    (folder / "moments.json").write_text(json.dumps(doom.moments))


def in_a_process(folder: Path, deadline: int | None) -> int | None:
    """Run `run_to_death` in a process of its own, forked from one that has everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.torture"])
    process = context.Process(target=run_to_death, args=(folder, deadline))
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    return code


def moments(start: Path) -> list[str]:
    """Return all moments of an apply at which it can be killed."""
    with copy_of(start, "moments") as folder:
        assert in_a_process(folder, None) == 0
        found: list[str] = json.loads((folder / "moments.json").read_text())
    return found


def kill(start: Path, number: int) -> Verdict:
    """Kill an apply at a moment."""
    with copy_of(start, f"killed-{number}") as folder:
        code = in_a_process(folder, number)
        if code != -signal.SIGKILL:
            return Verdict(f"moment {number}", converged=False, duplicates=0, lost=0, note=f"exit {code}")
        return judge(folder, f"moment {number}")


# ------------------------------------------------------------------ struck by a fault

ANSWER, DROP = FaultKind.ANSWER, FaultKind.DROP

FAULTS: Final[dict[str, Fault]] = {
    "connection dropped before": Fault(DROP),
    "connection dropped after": Fault(DROP, done=True),
    "500 before": Fault(ANSWER, status=500),
    "502 after": Fault(ANSWER, status=502, done=True),
    "504 before": Fault(ANSWER, status=504),
    "504 after": Fault(ANSWER, status=504, done=True),
    "500 with code 5000": Fault(ANSWER, status=500, code=5000),
    "429 with 99991400": Fault(ANSWER, status=429, code=99991400),
    "400 with 99991400": Fault(ANSWER, status=400, code=99991400),
    "busy chat 232019": Fault(ANSWER, status=400, code=232019),
    "200 with code 232017": Fault(ANSWER, status=200, code=232017),
    "invalid 232001": Fault(ANSWER, status=400, code=232001),
    "create under way 232068": Fault(ANSWER, status=400, code=232068),
    "done, list missing 232039": Fault(ANSWER, status=400, code=232039, done=True),
    "missing scope 99991672": Fault(ANSWER, status=400, code=99991672),
    "monthly quota 99991403": Fault(ANSWER, status=400, code=99991403),
    "page of HTML with 200 before": Fault(ANSWER, status=200, body="<html>Wi-Fi</html>"),
    "page of HTML with 200 after": Fault(ANSWER, status=200, body="<html>Wi-Fi</html>", done=True),
    "malformed": Fault(FaultKind.MALFORMED),
    "truncated": Fault(FaultKind.TRUNCATED),
    "token revoked before": Fault(FaultKind.REVOKE_TOKEN),
    "token revoked after": Fault(FaultKind.REVOKE_TOKEN, done=True),
    "answer too late": Fault(FaultKind.LATENCY, seconds=40),
    "name dropped": Fault(FaultKind.DROP_FIELD, field="name"),
    "ids dropped": Fault(FaultKind.DROP_FIELD, field="id_list"),
    "tabs dropped": Fault(FaultKind.DROP_FIELD, field="chat_tabs"),
}
"""Everything that the emulator can be told to do wrong, by name."""

LASTING: Final = 6
"""Times in a row after which the client has given up its repeats."""


def calls_of_an_apply(start: Path) -> int:
    """Return how many calls an apply makes that meets no fault."""

    async def story() -> int:
        async with open_site(folder) as house:
            await apply(house)
            return len(house.calls())

    with copy_of(start, "calls") as folder:
        return run_virtual(story())


def strike(start: Path, name: str, after: int, count: int) -> Verdict:
    """Let a fault strike `count` calls of an apply behind the first `after` ones."""

    async def story() -> None:
        async with open_site(folder) as house:
            house.emulator.faults.add(replace(FAULTS[name], after=after, count=count))
            await apply(house)

    point = f"{name}, {count} times after {after} calls"
    with copy_of(start, "struck") as folder:
        return _survived(folder, point, story) or judge(folder, point)


def _survived(folder: Path, point: str, story: Callable[[], Any]) -> Verdict | None:
    """Run a disturbed apply; return a verdict only when it ended in a way that it must not."""
    try:
        run_virtual(story())
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the verdict)
        note = f"the disturbed apply: {type(error).__name__}: {error}"
        return Verdict(point, converged=False, duplicates=0, lost=0, note=note)
    return None


# ------------------------------------------------------------------ the state cannot be written


def writes_of_an_apply(start: Path) -> int:
    """Return how often an apply writes the state."""

    async def story() -> int:
        async with open_site(folder) as house:
            house.emulator.faults.add(SLOW)
            await apply(house)
            assert isinstance(house.store, FileStore)
            return house.store.writes

    with copy_of(start, "writes") as folder:
        return run_virtual(story())


def break_state(start: Path, number: int, *, done: bool) -> Verdict:
    """Let the state be unwritable from write `number` on; with `done` that write is made all the same."""

    async def story() -> None:
        async with open_site(folder, broken=(number, done)) as house:
            house.emulator.faults.add(SLOW)
            await apply(house)

    point = f"state write {number} fails, {'after' if done else 'before'} it was made"
    with copy_of(start, "state") as folder:
        return _survived(folder, point, story) or judge(folder, point)


# ------------------------------------------------------------------ two applies at once


def meet(start: Path, call: int, *, by_force: bool) -> Verdict:
    """Let a second apply run from beginning to end right before a call of the first.

    Args:
        start: Where both begin.
        call: Number of the boundary, before or after a call, at which the second one runs.
        by_force: Whether the second removes the lock of the first; else it has to give up.
    """
    boundaries = 0
    refused = False

    async def intrude(_moment: str) -> None:
        nonlocal boundaries, refused
        boundaries += 1
        if boundaries - 1 == call:
            refused = not await _second_apply(folder, by_force=by_force)

    async def story() -> None:
        async with open_site(folder, intrude) as house:
            house.emulator.faults.add(SLOW)
            await apply(house)

    point = f"second apply at boundary {call}, {'lock removed' if by_force else 'lock respected'}"
    with copy_of(start, "met") as folder:
        early = _survived(folder, point, story)
        if early is None and refused == by_force and call < boundaries:
            early = Verdict(point, converged=False, duplicates=0, lost=0, note=f"refused: {refused}")
        return early or judge(folder, point)


async def _second_apply(folder: Path, *, by_force: bool) -> bool:
    """Tell whether the second apply got the lock."""
    if by_force:
        unlock(folder)
    try:
        async with open_site(folder, who="second") as house:
            house.emulator.faults.add(SLOW)
            await apply(house)
    except StateError:
        return False
    return True


def bad(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if not verdict.good]
