"""Pictures in operations: uploaded before, named by their image keys when they are sent."""

from __future__ import annotations

import pytest

from reconciler.model.menus import Menu, MenuItem
from reconciler.model.settings import Settings
from reconciler.model.tabs import Tab
from reconciler.plan.operations import (
    CreateChat,
    CreateMenus,
    CreateTabs,
    DeleteTabs,
    PatchMenuItem,
    TabUpdate,
    UpdateChat,
    UpdateTabs,
    UploadImage,
)
from reconciler.plan.pictures import count_calls, pictures_in, with_keys, with_uploads

FILE, OTHER = "sha256:aa", "sha256:bb"
KEYS = {f"avatar/{FILE}": "img_avatar", f"message/{FILE}": "img_icon"}


def tab(icon):
    return Tab(name="A", type="url", link="https://a.example.com", icon=icon)


def showing(picture):
    """Return every operation that shows icons, with `picture` wherever one can be."""
    return [
        CreateTabs(tabs=(tab(picture),)),
        UpdateTabs(tabs=(TabUpdate(id="1", tab=tab(picture)),)),
        CreateMenus(
            menus=(Menu(name="A", icon=picture), Menu(name="B", children=(MenuItem(name="C", icon=picture),)))
        ),
        PatchMenuItem(id="1", fields=("ICON",), item=MenuItem(name="A", icon=picture)),
    ]


@pytest.mark.parametrize("operation", showing(FILE), ids=lambda each: each.kind)
def test_file_of_an_icon_is_uploaded_once_before(operation):
    assert with_uploads([operation]) == (UploadImage(purpose="message", digest=FILE), operation)


@pytest.mark.parametrize("operation", [CreateChat, UpdateChat])
def test_file_of_an_avatar_is_uploaded_before(operation):
    fields = {"uuid": "gr-1"} if operation is CreateChat else {}
    shown = operation(settings=Settings(avatar=FILE), **fields)

    assert with_uploads([shown]) == (UploadImage(purpose="avatar", digest=FILE), shown)


def test_one_upload_serves_all_operations_of_a_step():
    uploads = [
        each for each in with_uploads([*showing(FILE), *showing(OTHER)]) if isinstance(each, UploadImage)
    ]

    assert [each.digest for each in uploads] == [FILE, OTHER]


def test_image_keys_and_other_operations_need_no_upload():
    operations = (*showing("img_1"), DeleteTabs(ids=("1",)), UpdateChat(settings=Settings(name="a")))

    assert with_uploads(operations) == operations


@pytest.mark.parametrize(("before", "after"), [*zip(showing(FILE), showing("img_icon"), strict=True)])
def test_image_key_takes_the_place_of_the_file(before, after):
    assert with_keys(before, KEYS) == after


def test_image_key_is_that_of_the_purpose():
    bound = with_keys(UpdateChat(settings=Settings(avatar=FILE)), KEYS)

    assert bound == UpdateChat(settings=Settings(avatar="img_avatar"))


def test_avatar_that_was_not_uploaded_is_left_out():
    bound = with_keys(UpdateChat(settings=Settings(name="a", avatar=OTHER)), KEYS)

    assert bound == UpdateChat(settings=Settings(name="a"))


def test_update_of_nothing_but_an_avatar_that_was_not_uploaded_is_no_call():
    assert with_keys(UpdateChat(settings=Settings(avatar=OTHER)), KEYS) is None


def test_pictures_are_told_with_their_purpose():
    assert pictures_in(UpdateChat(settings=Settings(avatar="img_1"))) == (("img_1", "avatar"),)
    assert pictures_in(CreateTabs(tabs=(tab("img_1"), tab(None)))) == (("img_1", "message"),)


def test_a_file_that_many_steps_upload_is_counted_once():
    upload = UploadImage(purpose="avatar", digest=FILE)
    update = UpdateChat(settings=Settings(avatar=FILE))

    counted = count_calls([upload, update, upload, update, UploadImage(purpose="message", digest=FILE)])

    assert counted == {"upload_image": 2, "update_chat": 2}
