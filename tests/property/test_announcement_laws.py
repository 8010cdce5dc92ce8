"""Laws of announcements: Markdown and blocks say the same, and the fewest calls make live what is desired."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.markdown import parse_markdown, revise_markdown
from reconciler.diff.announcement import diff_announcement
from reconciler.model.announcement import Announcement, Block, LiveAnnouncement, Span, said
from reconciler.model.markdown import markdown_of, markdown_of_live
from reconciler.plan.announcement import plan_announcement
from tests.support.documents import (
    FakeDocument,
    documents,
    fewest_calls,
    live_documents,
    live_of,
    numbered,
    small_documents,
    small_leaves,
    span_rows,
    texts,
)
from tests.support.strategies import LAW

Document = tuple[Block, ...]
sources = st.lists(texts | st.sampled_from(("\n\n", "\n- ", "\n> ", "\n1. ", "\n# ")), max_size=12).map(
    "".join
)


@LAW
@given(documents)
def test_markdown_of_a_document_says_the_same(document: Document) -> None:
    written = markdown_of(document)

    assert parse_markdown(written) == (document, ()), written


@LAW
@given(st.lists(span_rows(least=1), max_size=3))
def test_live_document_is_shown_and_compared_as_the_desired_one(rows: list[tuple[Span, ...]]) -> None:
    document = tuple(Block(kind="text", spans=spans) for spans in rows)
    live = LiveAnnouncement(blocks=numbered(map(live_of, document)))

    assert markdown_of_live(live.blocks) == markdown_of(document)
    assert diff_announcement(Announcement(blocks=document), live, None) == ()


@LAW
@given(sources)
def test_any_markdown_comes_back_from_its_one_form(source: str) -> None:
    document, faults = parse_markdown(source)

    if not faults:
        assert parse_markdown(markdown_of(document)) == (document, ())


@LAW
@given(sources, documents)
def test_revised_markdown_says_the_new_whatever_was_written(source: str, document: Document) -> None:
    assert parse_markdown(revise_markdown(source, markdown_of(document)))[0] == document


@LAW
@given(small_documents, live_documents())
def test_performing_a_plan_makes_the_desired_document(document: Document, live: LiveAnnouncement) -> None:
    wanted = Announcement(blocks=document, replace_all=True)

    after = FakeDocument(live).perform(plan_announcement(wanted, live))

    assert diff_announcement(wanted, after, None) == ()
    assert plan_announcement(wanted, after) == ()


@LAW
@given(small_documents, live_documents())
def test_document_never_has_less_than_before_and_after(document: Document, live: LiveAnnouncement) -> None:
    fake = FakeDocument(live)

    after = fake.perform(plan_announcement(Announcement(blocks=document), live))

    assert fake.least >= min(len(live.blocks), len(after.blocks))


flat_documents = st.lists(small_leaves, max_size=4).map(tuple)


@LAW
@given(flat_documents, flat_documents, st.lists(st.integers(0, 4), max_size=2))
def test_no_way_takes_fewer_calls(document: Document, before: Document, empty: list[int]) -> None:
    blocks = [live_of(block) for block in before]
    for place in empty:
        blocks.insert(place, live_of(Block(kind="text")))
    live = LiveAnnouncement(blocks=numbered(blocks))

    operations = plan_announcement(Announcement(blocks=document), live)

    assert len(operations) == fewest_calls(live.blocks, document)


@LAW
@given(small_documents, live_documents(foreign=False))
def test_equal_ends_stay(document: Document, live: LiveAnnouncement) -> None:
    common = Block(kind="heading2")
    ends = numbered([live_of(common), *live.blocks, live_of(common)])
    wanted = Announcement(blocks=(common, *document, common))

    after = FakeDocument(LiveAnnouncement(blocks=ends)).perform(
        plan_announcement(wanted, LiveAnnouncement(blocks=ends))
    )

    assert (after.blocks[0].id, after.blocks[-1].id) == (ends[0].id, ends[-1].id)


@LAW
@given(live_documents())
def test_live_document_that_says_what_markdown_can_say_comes_back(live: LiveAnnouncement) -> None:
    told = [said(block) for block in live.blocks]
    blocks = tuple(block for each in told for block in each or ())

    assert parse_markdown(markdown_of(blocks))[0] == blocks
