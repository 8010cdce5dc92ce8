"""Applies the plan of one group: step by step, each verified and recorded before the next begins.

The first failed step ends the group; a blocked step is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, assert_never

from reconciler.apply.calls import Calls, Interrupted, Replan
from reconciler.apply.images import UploadedImages
from reconciler.apply.journal import RunJournal
from reconciler.apply.ports import Gateway
from reconciler.apply.recorder import Recorder
from reconciler.apply.recording import remembered
from reconciler.apply.run import Run
from reconciler.apply.verify import Verdict, compare, left_out, not_added
from reconciler.diff.changes import Change
from reconciler.diff.settings import diff_settings
from reconciler.errors import Diagnostic, PlatformError, Refused, RunRefused, text
from reconciler.model.address import Facet, address
from reconciler.model.group import LiveGroup
from reconciler.model.ids import other_bots_of, users_of
from reconciler.model.members import LiveMembers
from reconciler.model.pictures import with_images
from reconciler.model.recorded import RecordedGroup, RecordedValue
from reconciler.model.settings import NEW_GROUP_SETTINGS, UNREADABLE, Settings
from reconciler.plan.answers import Answer
from reconciler.plan.binding import is_resumable, too_old
from reconciler.plan.build import facet_difference, facet_steps, reading_problem
from reconciler.plan.operations import (
    AddManagers,
    AddMembers,
    CreateChat,
    DeleteTopNotice,
    Operation,
    PutTopNotice,
    RemoveMembers,
    RenameKey,
    SetModeration,
    UpdateChat,
    UploadImage,
)
from reconciler.plan.outcome import GroupOutcome, Status, StepOutcome
from reconciler.plan.plan import GroupPlan, Step, StepAction

CREATE_UNDER_WAY: Final = 232068
"""An earlier request with the same uuid is still being performed. Source: chats.openapi.yaml, chat_create."""

_REPORTED = (
    ("invalid", text("have left the company, cannot be seen by the app or have no active app")),
    ("not_existed", text("do not exist")),
    ("pending", text("wait for the approval of the owner or a manager")),
)
"""The lists of people who did not come in. Source: members.openapi.yaml, `ChatMembersCreateData`."""


async def apply_group(
    plan: GroupPlan,
    gateway: Gateway,
    recorder: Recorder,
    run: Run,
    images: UploadedImages,
    journal: RunJournal,
    *,
    operate_as_owner: bool,
) -> GroupOutcome:
    """Perform the steps of one group and return what became of them; never raises a platform error."""
    if plan.problem:
        return _untried(plan, Status.UNREADABLE, plan.problem)
    if plan.stale:
        return _untried(plan, Status.STALE, plan.stale)
    if plan.refusals:
        return _untried(plan, Status.REFUSED, plan.refusals[0])
    if run.closed:
        recorder.withdraw(plan.key)
        return _untried(plan, Status.NOT_STARTED, run.stopped)
    group = _Group(plan, gateway, recorder, run, images, journal, operate_as_owner=operate_as_owner)
    return await group.apply()


def _untried(plan: GroupPlan, status: Status, problem: Diagnostic | None) -> GroupOutcome:
    steps = tuple(StepOutcome(address=step.address, status=Status.NOT_STARTED) for step in plan.steps)
    return GroupOutcome(
        key=plan.key, name=plan.name, chat_id=plan.chat_id, status=status, steps=steps, problem=problem
    )


class _Group:
    """One group on its way. `live` is the best picture of it, brought up to date by every answer."""

    def __init__(
        self,
        plan: GroupPlan,
        gateway: Gateway,
        recorder: Recorder,
        run: Run,
        images: UploadedImages,
        journal: RunJournal,
        *,
        operate_as_owner: bool,
    ) -> None:
        self._plan = plan
        self._gateway = gateway
        self._recorder = recorder
        self._run = run
        self._images = images
        self._journal = journal
        self._operate_as_owner = operate_as_owner
        self._chat_id = plan.chat_id or ""
        self._live = plan.live or LiveGroup(chat_id=self._chat_id)
        self._before = self._live
        self._recorded = plan.recorded
        self._told: frozenset[Facet] = frozenset()
        """Facets that the last answer of the step at hand told."""
        self._answered: list[str] = []
        """Kinds of the operations of the step at hand that were done."""
        self._absent: dict[str, str] = {}
        """People who did not come in, with the reason."""
        self._normalised: frozenset[str] = frozenset()
        """Paths of which the platform made something else in this run."""

    async def apply(self) -> GroupOutcome:
        outcomes: list[StepOutcome] = []
        pending = list(self._plan.steps)
        while pending:
            outcome, following = await self._take(pending.pop(0))
            outcomes.append(outcome)
            if following is not None:
                pending = following
            if outcome.status in {Status.FAILED, Status.NOT_STARTED}:
                outcomes += [StepOutcome(address=each.address, status=Status.NOT_STARTED) for each in pending]
                break
        if self._plan.desired:
            self._remember(self._plan.desired.facets)
        return GroupOutcome(
            key=self._plan.key,
            name=self._plan.name,
            chat_id=self._chat_id or None,
            status=_status_of(outcomes),
            steps=tuple(outcomes),
        )

    # -------------------------------------------------------------- one step

    async def _take(self, step: Step) -> tuple[StepOutcome, list[Step] | None]:
        """Return what became of a step and, when it changed what is left to do, the steps to go on with."""
        if step.block:
            problem = Diagnostic(
                text("Step is not allowed"), step.block.reason, step.block.remedy, address=step.address
            )
            return StepOutcome(address=step.address, status=Status.BLOCKED, problem=problem), None
        if self._plan.already_done:
            return StepOutcome(address=step.address, status=Status.ALREADY_DONE), None
        if not self._journal.step_begins(step, self._chat_id):
            self._recorder.withdraw(self._plan.key)
            return StepOutcome(address=step.address, status=Status.NOT_STARTED), None
        self._answered = []
        outcome, following = await self._apply_step(step)
        self._journal.step_ended(outcome, self._chat_id, self._answered)
        return outcome, following

    async def _apply_step(self, step: Step) -> tuple[StepOutcome, list[Step] | None]:
        match step.action:
            case StepAction.ADOPT:
                known = self._recorded or RecordedGroup(chat_id=self._chat_id)
                self._put(known.model_copy(update={"chat_id": self._chat_id}))
                return StepOutcome(address=step.address, status=Status.DONE), None
            case StepAction.RENAME:
                [renaming] = step.operations
                assert isinstance(renaming, RenameKey)
                self._recorder.rename(renaming.old, self._plan.key)
                return StepOutcome(address=step.address, status=Status.DONE), None
            case StepAction.FORGET:
                self._recorder.forget(self._plan.key, gone=self._live.status != "normal")
                return StepOutcome(address=step.address, status=Status.DONE), None
            case StepAction.DISSOLVE:
                return await self._dissolve(step), None
            case StepAction.CREATE | StepAction.RESUME:
                return await self._create(step)
            case StepAction.UPDATE:
                return await self._update(step), None
            case _:
                assert_never(step.action)

    # -------------------------------------------------------------- create

    async def _create(self, step: Step) -> tuple[StepOutcome, list[Step] | None]:
        if self._recorder.failure:
            # What cannot be recorded must not be created: the next run would make it a second time.
            return _failed(step, 0, self._recorder.failure.diagnostics[0]), None
        if not is_resumable(self._recorder.intent(self._plan.key), self._recorder.now):
            # Whoever was asked about the plan may have answered the next morning.
            return _failed(step, 0, too_old(self._plan.key, self._plan.key)), None
        calls = self._calls(step.facet)
        try:
            await calls.perform(step.operations)
        except Interrupted:
            if not calls.maybe_done:
                self._recorder.withdraw(self._plan.key)
            return StepOutcome(address=step.address, status=Status.NOT_STARTED, calls=calls.count), None
        except PlatformError as error:
            # A refusal says nothing about an attempt before it whose answer was lost.
            if not (calls.maybe_done or error.facts.code == CREATE_UNDER_WAY):
                self._recorder.withdraw(self._plan.key)
            problem = error.diagnostic
            if step.action is StepAction.RESUME:
                problem = _with_way_out(problem, self._plan.key)
            return _failed(step, calls.count, problem), None
        *_, operation = step.operations
        assert isinstance(operation, CreateChat)
        holder = self._recorder.holder(calls.chat_id)
        if holder:
            self._recorder.withdraw(self._plan.key)
            return _failed(step, calls.count, _held(calls.chat_id, holder)), None
        self._chat_id = calls.chat_id
        assert self._recorded, "a create comes with what will be recorded"
        self._put(self._recorded.model_copy(update={"chat_id": self._chat_id}))
        if step.action is StepAction.RESUME:
            return await self._find(step, calls)
        owner = (operation.owner,) if operation.owner else ()
        came = owner if calls.without_people else (*owner, *operation.users, *operation.bots)
        self._live = _without_others(self._live, came)
        self._before = self._live
        self._came(came)
        verdict = self._judge(_verify_create(step, operation, self._live))
        self._remember([Facet.SETTINGS])
        return _ended(step, calls, verdict), self._steps() if calls.without_people else None

    async def _find(self, step: Step, calls: Calls) -> tuple[StepOutcome, list[Step] | None]:
        """Go on with a group that may have been made, and changed, any time ago."""
        assert self._plan.desired
        self._live = self._live.model_copy(update={"top_notice": None})
        try:
            await self._refresh(self._plan.desired.facets)
        except PlatformError as error:
            return _failed(step, calls.count, error.diagnostic), None
        *_, operation = step.operations
        assert isinstance(operation, CreateChat)
        present = self._live.members.users if self._live.members else frozenset()
        self._before = self._live
        self._came(each for each in (operation.owner, *operation.users) if each in present)
        return StepOutcome(address=step.address, status=Status.DONE, calls=calls.count), self._steps()

    def _steps(self) -> list[Step]:
        """Return what is to be done as things are now."""
        assert self._plan.desired
        return list(
            facet_steps(
                self._plan.desired, self._live, self._recorded, operate_as_owner=self._operate_as_owner
            )
        )

    # -------------------------------------------------------------- dissolve

    async def _dissolve(self, step: Step) -> StepOutcome:
        async def replan() -> Sequence[Operation]:
            live = await self._read(())
            return step.operations if live.status == "normal" else ()

        calls = self._calls_with(replan)
        try:
            await calls.perform(step.operations)
        except Interrupted:
            return _cut_off(step, calls)
        except PlatformError as error:
            return _failed(step, calls.count, error.diagnostic)
        self._recorder.forget(self._plan.key, gone=True)
        return StepOutcome(address=step.address, status=Status.DONE, calls=calls.count)

    # -------------------------------------------------------------- update

    async def _update(self, step: Step) -> StepOutcome:
        calls = self._calls(step.facet)
        self._told = frozenset()
        try:
            await calls.perform(list(self._feasible(step.operations)))
            left = await self._what_is_left(step, calls)
        except Interrupted:
            outcome = _cut_off(step, calls)
        except PlatformError as error:
            outcome = _failed(step, calls.count, (*calls.problems, error.diagnostic)[0])
        else:
            verdict = self._judge(compare(step.address, step.changes, left))
            outcome = _ended(step, calls, verdict, tuple(self._absences(step)))
        self._remember([step.facet])
        return outcome

    async def _what_is_left(self, step: Step, calls: Calls) -> list[Change]:
        """Return the changes of a step that live does not show, after one correction of moderators."""
        left = await self._read_left(step.facet)
        if left and step.facet is Facet.MODERATION and calls.count:
            # Whether an old list comes back with the mode is not stated: read back and correct.
            # Source: chats.openapi.yaml, chat_moderation_get `x-open-questions`.
            await calls.perform(self._further(step.facet))
            self._told = frozenset()
            left = await self._read_left(step.facet)
        return left

    async def _read_left(self, facet: Facet) -> list[Change]:
        if facet not in self._told:
            await self._refresh({facet})
        return [change for change in self._difference(facet)[0] if str(change.after) not in self._absent]

    def _difference(self, facet: Facet) -> tuple[tuple[Change, ...], tuple[Operation, ...]]:
        assert self._plan.desired
        return facet_difference(facet, self._plan.desired, self._live, self._recorded)

    def _judge(self, verdict: Verdict) -> Verdict:
        self._normalised |= verdict.normalised
        return verdict

    def _feasible(self, operations: Iterable[Operation]) -> Iterator[Operation]:
        """Yield the operations without the people who did not come in: only members can have a role."""
        for operation in operations:
            match operation:
                case AddManagers():
                    ids = tuple(each for each in operation.ids if each not in self._absent)
                    if ids:
                        yield AddManagers(ids=ids)
                case SetModeration():
                    add = tuple(each for each in operation.add if each not in self._absent)
                    moderation = self._live.moderation
                    if add or operation.remove or not moderation or moderation.mode != operation.mode:
                        yield operation.model_copy(update={"add": add})
                case _:
                    yield operation

    # -------------------------------------------------------------- the picture of live

    def _calls(self, facet: Facet) -> Calls:
        async def replan() -> Sequence[Operation]:
            await self._refresh({facet})
            return self._further(facet)

        return self._calls_with(replan)

    def _calls_with(self, replan: Replan) -> Calls:
        return Calls(
            self._gateway, self._run, self._images, self._chat_id, self._absorb, replan, self._answered
        )

    def _further(self, facet: Facet) -> Sequence[Operation]:
        """Return what is left of a step as things are now, after writing it down.

        Raises:
            Interrupted: It could not be written down.
        """
        changes, operations = self._difference(facet)
        feasible = list(self._feasible(operations))
        if feasible and not self._journal.step_goes_on(address(self._plan.key, facet), changes, feasible):
            raise Interrupted
        return feasible

    async def _read(self, facets: Iterable[Facet]) -> LiveGroup:
        try:
            return await self._gateway.read_group(self._chat_id, facets)
        except RunRefused as error:
            self._run.stop(error.diagnostic)
            raise

    async def _refresh(self, facets: Iterable[Facet]) -> None:
        wanted = frozenset(facets)
        live = await self._read(wanted)
        problem = reading_problem(self._plan.key, live, adopting=False)
        if problem:
            raise Refused(problem)
        told = {name: value for name, value in live if value is not None}
        settings = _with_believed(live.settings, self._live.settings)
        self._live = self._live.model_copy(update={**told, "settings": settings, "owner": live.owner})
        self._told = wanted

    def _absorb(self, operation: Operation, answer: Answer) -> None:
        told: dict[str, object] = {
            "settings": answer.settings,
            "managers": answer.managers,
            "tabs": answer.tabs,
            "menus": answer.menus,
        }
        self._live = self._live.model_copy(update={k: v for k, v in told.items() if v is not None})
        written = self._written(operation)
        self._live = self._live.model_copy(update=written)
        if isinstance(operation, UploadImage):
            self._take_images()
        # A call that tells nothing makes what an earlier one told stale.
        self._told = frozenset(_TELLS[name] for name, value in told.items() if value is not None)
        if "top_notice" in written:
            self._told |= {Facet.TOP_NOTICE}
        for name, reason in _REPORTED:
            self._absent.update(dict.fromkeys(getattr(answer, name), reason))
        if answer.pending:
            self._invited(answer.pending)
        if isinstance(operation, AddMembers):
            self._came(each for each in operation.ids if each not in self._absent)
        elif isinstance(operation, RemoveMembers):
            self._went(other_bots_of(operation.ids))

    def _written(self, operation: Operation) -> dict[str, object]:
        """Return what is certain to be live since an operation succeeded, of that which nothing reads back."""
        match operation:
            case CreateChat():
                return {"settings": _with_believed(self._live.settings, operation.settings)}
            case UpdateChat() if operation.settings.avatar:
                return {"settings": _with_believed(self._live.settings, operation.settings)}
            case PutTopNotice():
                return {"top_notice": "announcement"}
            case DeleteTopNotice():
                return {"top_notice": "none"}
            case _:
                return {}

    def _absences(self, step: Step) -> Iterator[Diagnostic]:
        """Yield the warnings about people of a step who did not come in."""
        concerned = [each for each in self._absent if any(change.after == each for change in step.changes)]
        if step.facet is Facet.MEMBERS:
            for _, reason in _REPORTED:
                ids = [each for each in concerned if self._absent[each] == reason]
                if ids:
                    yield not_added(step.address, ids, reason)
        elif concerned:
            yield left_out(step.address, concerned)

    def _take_images(self) -> None:
        """Desire image keys in the place of files that were uploaded: that is what live tells of them."""
        assert self._plan.desired
        desired = with_images(self._plan.desired, self._images.known)
        self._plan = self._plan.model_copy(update={"desired": desired})

    # -------------------------------------------------------------- records

    def _put(self, group: RecordedGroup) -> None:
        self._recorded = group
        self._recorder.put(self._plan.key, group)

    def _came(self, people: Iterable[str]) -> None:
        """Record people we added: of bots, and in a list that is cut, nothing else tells that they are in."""
        assert self._plan.desired
        listed = frozenset(self._plan.desired.members.items if self._plan.desired.members else ())
        came = list(people)
        self._add("members", [each for each in came if each in listed])
        self._add("implied", [each for each in came if each not in listed])

    def _invited(self, people: Iterable[str]) -> None:
        """Record who waits for approval, so that nobody is invited every time."""
        assert self._recorded
        invited = {**self._recorded.invited, **dict.fromkeys(people, self._recorder.now)}
        self._put(self._recorded.model_copy(update={"invited": invited}))

    def _add(self, path: str, people: Sequence[str]) -> None:
        assert self._recorded
        if people:
            known = self._recorded.items(path) or []
            self._put_people(path, dict.fromkeys([*known, *people]))

    def _went(self, bots: Iterable[str]) -> None:
        """Record bots we removed: nothing else tells that they are out. Of people the list of members tells.

        Bots that could not be handled count as gone, too: they may just as well not have been in.
        Source: members.openapi.yaml, chat_members_delete `x-open-questions`.
        """
        assert self._recorded
        gone = frozenset(bots)
        known = self._recorded.items("members")
        if known is not None:
            self._put_people("members", (each for each in known if each not in gone))

    def _put_people(self, path: str, people: Iterable[str]) -> None:
        assert self._recorded
        values = {**self._recorded.values, path: RecordedValue(sent=list(people))}
        self._put(self._recorded.model_copy(update={"values": values}))

    def _remember(self, facets: Iterable[Facet]) -> None:
        """Record facets as far as they are as desired, and drop what is managed no longer."""
        desired, recorded = self._plan.desired, self._recorded
        if desired is None or recorded is None or not self._chat_id:
            return
        self._put(remembered(desired, self._before, self._live, recorded, facets, accepted=self._normalised))


def _with_believed(told: Settings, written: Settings) -> Settings:
    """Return the settings that a call told, with those that no call tells as they were written."""
    return told.model_copy(update={name: getattr(written, name) for name in UNREADABLE})


_TELLS = {
    "settings": Facet.SETTINGS,
    "managers": Facet.MANAGERS,
    "tabs": Facet.TABS,
    "menus": Facet.MENUS,
}


def _with_way_out(problem: Diagnostic, key: str) -> Diagnostic:
    """Return the failure of a resumed create, which sends what was recorded, with how to begin anew."""
    way_out = text(
        "If the group is not there, `groupctl forget {key}` clears the unfinished create; the next one sends the "
        "YAML as it is now.",
        key=key,
    )
    return replace(problem, hint=f"{problem.hint} {way_out}".strip())


def _held(chat_id: str, holder: str) -> Diagnostic:
    """Return why an answered create made no group: the platform remembers the uuid of another key's group.

    Source: chats.openapi.yaml, chat_create `uuid`.
    """
    return Diagnostic(
        text("Chat is bound to another key"),
        text(
            "The platform did not make a group; it answered with `{chat_id}`, which it made for this key before "
            "and which is bound to the key `{holder}` now.",
            chat_id=chat_id,
            holder=holder,
        ),
        text("Choose another key for the new group, or wait until 10 hours after that group was made."),
    )


def _without_others(live: LiveGroup, people: Iterable[str]) -> LiveGroup:
    """Return a new group with nobody in it but `people` and us."""
    came = tuple(people)
    members = LiveMembers(users=frozenset(users_of(came)), bots=frozenset(other_bots_of(came)))
    return live.model_copy(update={"members": members})


def _verify_create(step: Step, operation: CreateChat, live: LiveGroup) -> Verdict:
    """Compare what the answer tells with what was sent; before stood the defaults of a new group."""
    defaults = NEW_GROUP_SETTINGS.fields()
    sent = [change.model_copy(update={"before": defaults.get(change.path)}) for change in step.changes]
    told = live.settings.fields()
    left = [
        change
        for change in diff_settings(operation.settings, live.settings, None)
        if change.path in told and change.path not in UNREADABLE
    ]
    return compare(step.address, sent, left)


def _cut_off(step: Step, calls: Calls) -> StepOutcome:
    """Return the outcome of a step that met the end of the run."""
    if calls.count == 0:
        return StepOutcome(address=step.address, status=Status.NOT_STARTED)
    problem = Diagnostic(
        text("Step was cut off"),
        text("The run ended in the middle of this step."),
        text("Run `groupctl apply` again; it goes on from here."),
    )
    return _failed(step, calls.count, problem)


def _failed(step: Step, calls: int, problem: Diagnostic) -> StepOutcome:
    source = problem.source or next((change.source for change in step.changes if change.source), None)
    where = replace(problem, address=problem.address or step.address, source=source)
    return StepOutcome(address=step.address, status=Status.FAILED, calls=calls, problem=where)


def _ended(step: Step, calls: Calls, verdict: Verdict, warnings: tuple[Diagnostic, ...] = ()) -> StepOutcome:
    problem = calls.problems[0] if calls.problems else verdict.problem
    if problem:
        return _failed(step, calls.count, problem).model_copy(
            update={"warnings": (*warnings, *verdict.warnings)}
        )
    return StepOutcome(
        address=step.address,
        status=Status.DONE,
        calls=calls.count,
        warnings=(*warnings, *verdict.warnings),
    )


def _status_of(outcomes: Sequence[StepOutcome]) -> Status:
    """Return the status of a group: the worst of its steps."""
    statuses = {outcome.status for outcome in outcomes}
    ranking = (Status.FAILED, Status.NOT_STARTED, Status.BLOCKED, Status.DONE, Status.ALREADY_DONE)
    return next((status for status in ranking if status in statuses), Status.UNCHANGED)
