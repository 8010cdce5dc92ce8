"""Settings: field by field, only what is managed."""

from __future__ import annotations

from reconciler.diff.changes import Change, ChangeKind, is_normalized, origin_of_value
from reconciler.diff.risk import risk_of_value
from reconciler.model.base import JsonValue
from reconciler.model.recorded import RecordedGroup, recorded_form, recorded_value
from reconciler.model.settings import UNREADABLE, Settings


def diff_settings(desired: Settings, live: Settings, recorded: RecordedGroup | None) -> tuple[Change, ...]:
    """Return the changes that lead from live to desired, in the order of the file format.

    A field that the platform did not tell is a change only while recorded does not say that it was sent
    already: names, description and localized names excepted, whose absence is a fact.
    """
    wanted = desired.fields()
    told = live.fields()
    present = {path: told[path] for path in wanted if path in told}
    if present == wanted:
        return ()
    different = _different_paths(present, wanted)
    return tuple(
        _change(path, told.get(path, _believed(path, recorded)), after, recorded)
        for path, after in wanted.items()
        if path in different
        and not is_normalized(path, after, told.get(path), recorded)
        and not (path not in told and _was_sent(path, after, recorded))
    )


def _different_paths(present: dict[str, JsonValue], wanted: dict[str, JsonValue]) -> frozenset[str]:
    from deepdiff import DeepDiff  # 150 ms that a fleet without differences does not need

    # threshold_to_diff_deeper: by default two maps that share few keys become one change of the whole.
    tree = DeepDiff(present, wanted, view="tree", threshold_to_diff_deeper=0)
    return frozenset(
        item.path(output_format="list")[0] for differences in tree.values() for item in differences
    )


def _was_sent(path: str, after: JsonValue, recorded: RecordedGroup | None) -> bool:
    """Tell whether a value that live does not tell was sent before; absence of a text is told."""
    if path.partition(".")[0] in {"name", "description", "i18n_names"}:
        return False
    value = recorded_value(recorded, path)
    return value is not None and value.sent == recorded_form(path, after)


def _believed(path: str, recorded: RecordedGroup | None) -> JsonValue:
    """Return what a field that nothing reads back is believed to be: what was sent last."""
    value = recorded_value(recorded, path) if path in UNREADABLE else None
    return value.seen if value else None


def _change(path: str, before: JsonValue, after: JsonValue, recorded: RecordedGroup | None) -> Change:
    return Change(
        path=path,
        kind=ChangeKind.CHANGE,
        before=before,
        after=after,
        origin=origin_of_value(path, before, after, recorded),
        risk=risk_of_value(path, before, after),
    )
