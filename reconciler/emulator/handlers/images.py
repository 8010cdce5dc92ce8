"""Uploading images. Source: platform.openapi.yaml, im_image_create."""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple

from reconciler.emulator import ids
from reconciler.emulator.fields import Fields, File, Text
from reconciler.emulator.handlers.access import require_working_app
from reconciler.emulator.operation import Call
from reconciler.emulator.store import Image
from reconciler.emulator.wire import Refusal

LARGEST = 10 * 1024 * 1024
"""Bytes of the largest image."""

FORM = Fields({"image_type": Text(("message", "avatar"), refused_as=234001), "image": File()})

_SIGNATURES = {
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "gif": re.compile(rb"GIF8[79]a"),
    "bmp": re.compile(rb"BM"),
    "ico": re.compile(rb"\x00\x00\x01\x00[^\x00]"),
    "tiff": re.compile(rb"II\*\x00|MM\x00\*"),
    "heic": re.compile(rb".{4}ftyp(hei[cx]|hev[cx]|mif1|msf1)", re.DOTALL),
}
_MOST_PIXELS = 12_000
_MOST_PIXELS_OF = {"gif": 2_000, "avatar": 4_096}
"""Pixels a side; a GIF as avatar has to keep both limits."""


class Picture(NamedTuple):
    """What the header of an image says."""

    kind: str
    width: int
    height: int


def im_image_create(call: Call) -> dict[str, Any]:
    """Keep an image; every upload makes a new key."""
    require_working_app(call)
    image_type, content = call.body.get("image_type"), call.body.get("image")
    if image_type is None or content is None:
        raise Refusal(234001)
    if not call.app.bot:
        raise Refusal(234007)
    if not call.tenant.encryption_key:
        raise Refusal(234041)
    if not content:
        raise Refusal(234010)
    if len(content) > LARGEST:
        raise Refusal(234006)
    picture = read_header(content)
    if picture is None:
        raise Refusal(234011)
    limit = min(_MOST_PIXELS_OF.get(what, _MOST_PIXELS) for what in (picture.kind, image_type))
    if max(picture.width, picture.height) > limit:
        raise Refusal(234039)
    image = Image(call.new_id(ids.image_key), call.app.app_id, image_type)
    call.store.add_image(image)
    return {"image_key": image.image_key}


def read_header(content: bytes) -> Picture | None:
    """Return what the header of an image says; `None` for formats that the platform does not take."""
    kind = next((kind for kind, signature in _SIGNATURES.items() if signature.match(content)), None)
    if kind is None:
        return None
    if kind == "ico":
        return Picture(kind, 256, 256)  # no icon can be larger
    import imagesize

    width, height = imagesize.get(io.BytesIO(content))
    return Picture(kind, width, height) if min(width, height) > 0 else None
