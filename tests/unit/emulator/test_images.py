"""Rules of platform.openapi.yaml, im_image_create, and what uploaded images are good for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.fields import parse_form
from reconciler.emulator.handlers.images import FORM, LARGEST, read_header
from tests.support import pictures
from tests.support.pretend import OTHER
from tests.support.rows import client_side, shows_error, shows_rule

UPLOAD = "im_image_create"
IMAGE = pictures.png(10, 10)

client_side(
    UPLOAD,
    "Every upload makes a new key",
    "advice to keep a hash; that keys differ is shown by test_every_upload_makes_a_new_key",
)

client_side(
    UPLOAD,
    "TIFF and HEIC are turned into JPG",
    "no operation of the contract gives an image back; that both are taken is shown by test_every_format_is_taken",
)


def upload(api, content=IMAGE, image_type="message"):
    return api.call(UPLOAD, form={"image_type": image_type}, files={"image": ("a", content)})


def key_of(api, image_type):
    return upload(api, image_type=image_type).data["image_key"]


@shows_rule(UPLOAD, "Formats JPG, JPEG, PNG")
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif", "bmp", "ico", "tiff", "heic"])
def test_every_format_is_taken(api, kind):
    content = getattr(pictures, kind)(16, 16)

    assert upload(api, content).data["image_key"].startswith("img_v3_")


@shows_error(UPLOAD, 234011)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"plain text", id="no image"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>", id="svg"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="png without a header"),
        pytest.param(b"GIF89a", id="gif without a header"),
    ],
)
def test_other_formats_are_234011(api, content):
    answer = upload(api, content)

    assert (answer.status, answer.code) == (400, 234011)


@shows_rule(UPLOAD, "At most 10 MB and not empty")
@shows_error(UPLOAD, 234006, 234010)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", 234010, id="empty"),
        pytest.param(IMAGE.ljust(LARGEST + 1, b"\0"), 234006, id="more than 10 MB"),
    ],
)
def test_size(api, content, code):
    assert upload(api, content).code == code


def test_10_mb_are_taken(api):
    assert upload(api, IMAGE.ljust(LARGEST, b"\0")).code == 0


@shows_rule(UPLOAD, "At most 12000 x 12000 pixels")
@pytest.mark.parametrize(
    ("kind", "image_type", "side"),
    [
        ("png", "message", 12_000),
        ("gif", "message", 2_000),
        ("png", "avatar", 4_096),
        ("gif", "avatar", 2_000),
    ],
)
def test_largest_picture(api, kind, image_type, side):
    assert upload(api, getattr(pictures, kind)(side, side), image_type).code == 0


@shows_rule(UPLOAD, "At most 12000 x 12000 pixels")
@shows_error(UPLOAD, 234039)
@pytest.mark.parametrize(
    ("kind", "image_type", "width", "height"),
    [
        ("png", "message", 12_001, 1),
        ("jpg", "message", 1, 12_001),
        ("gif", "message", 2_001, 1),
        ("png", "avatar", 1, 4_097),
        ("gif", "avatar", 2_001, 1),
    ],
)
def test_larger_picture_is_234039(api, kind, image_type, width, height):
    assert upload(api, getattr(pictures, kind)(width, height), image_type).code == 234039


@shows_error(UPLOAD, 234001)
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"files": {"image": ("a", IMAGE)}}, id="image_type missing"),
        pytest.param({"form": {"image_type": "icon"}, "files": {"image": ("a", IMAGE)}}, id="other type"),
        pytest.param({"form": {"image_type": "avatar"}, "files": {"x": ("a", IMAGE)}}, id="image missing"),
        pytest.param({"body": {"image_type": "avatar"}}, id="JSON"),
        pytest.param({"body": b"x", "headers": {"Content-Type": "multipart/form-data"}}, id="no boundary"),
        pytest.param({}, id="nothing"),
    ],
)
def test_wrong_parameters_are_234001(api, sent):
    answer = api.call(UPLOAD, **sent)

    assert (answer.status, answer.code) == (400, 234001)


@shows_rule(UPLOAD, "Needs the bot ability")
@shows_error(UPLOAD, 234007)
def test_bot_ability_off_is_234007(make):
    assert upload(make(app="bot: false")).code == 234007


@shows_error(UPLOAD, 234041)
def test_tenant_without_encryption_key_is_234041(make):
    assert upload(make(tenant="encryption_key: false")).code == 234041


def test_every_upload_makes_a_new_key(api):
    assert key_of(api, "message") != key_of(api, "message")


def test_request_log_has_the_size_of_the_file(api):
    upload(api)

    assert api.emulator.log[-1].body == {"image_type": "message", "image": f"<{len(IMAGE)} bytes>"}


class TestAvatar:
    @shows_rule(UPLOAD, "chat calls refuse other keys (232041)")
    @pytest.mark.parametrize(("image_type", "code"), [("avatar", 0), ("message", 232041)])
    def test_avatar_of_a_chat_needs_image_type_avatar(self, api, image_type, code):
        chat_id = api.create()

        answer = api.call("chat_update", chat_id, body={"avatar": key_of(api, image_type)})

        assert answer.code == code

    @shows_rule(UPLOAD, "Only the uploading app")
    def test_avatar_that_another_app_uploaded_is_refused(self, api):
        theirs = key_of(api.of(OTHER), "avatar")

        assert api.call("chat_update", api.create(), body={"avatar": theirs}).code == 232041

    @pytest.mark.parametrize("key", ["default-avatar_44ae0ca3-e140-494b-956f-78091e348435", "img_ours"])
    def test_system_pictures_and_keys_of_the_scenario_are_known(self, api, key):
        assert api.call("chat_update", api.create(), body={"avatar": key}).code == 0

    def test_bad_avatar_at_create_is_232001(self, api):
        assert api.call("chat_create", body={"avatar": "img_nothing"}).code == 232001


class TestIcon:
    @pytest.mark.parametrize(
        ("of", "image_type", "code"),
        [("ours", "message", 0), ("ours", "avatar", 232056), ("theirs", "message", 232056)],
    )
    def test_icon_of_a_tab_is_a_message_image_of_the_same_bot(self, api, of, image_type, code):
        key = key_of(api if of == "ours" else api.of(OTHER), image_type)
        tab = {
            "tab_name": "Site",
            "tab_type": "url",
            "tab_content": {"url": "https://site.example"},
            "tab_config": {"icon_key": key},
        }

        assert api.call("chat_tab_create", api.create(), body={"chat_tabs": [tab]}).code == code


class TestForm:
    @given(content=st.binary(max_size=300))
    def test_files_arrive_as_they_were_sent(self, content):
        head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'

        parts = parse_form(FORM, "multipart/form-data; boundary=x", head + content + b"\r\n--x--\r\n")

        assert parts == {"image": content} or b"--x" in content

    @given(content_type=st.text(max_size=40), body=st.binary(max_size=200))
    def test_whatever_comes_is_read(self, content_type, body):
        found = parse_form(FORM, f"multipart/form-data; boundary=x{content_type}", b"--x\r\n" + body)

        assert found.keys() <= {"image", "image_type"}


@given(
    content=st.binary(max_size=100),
    kind=st.sampled_from([b"\xff\xd8\xff", b"GIF89a", b"II*\0", b"\0\0\0\1ftypheic"]),
)
def test_broken_headers_are_no_image_or_one_with_a_size(content, kind):
    picture = read_header(kind + content)

    assert picture is None or min(picture.width, picture.height) > 0
