"""Pictures that the files name: avatars and icons, as image keys or as files of the fleet.

A file becomes its digest. Whatever the platform would refuse about it is told before anything is uploaded.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.config.files import find_named_file
from reconciler.config.problems import Problems
from reconciler.errors import Source, Text, text
from reconciler.model.pictures import Purpose, digest_of

MAX_BYTES: Final = 10 * 1024 * 1024
"""Of one picture. Source: platform.openapi.yaml, im_image_create `x-rules`."""
MAX_PIXELS: Final[dict[str, int]] = {"avatar": 4096, "message": 12_000, "gif": 2000}
"""A side, by purpose and for one format; the smallest limit that applies counts. Source: as above."""

IMAGE_KEY: Final = "img_"
_FILE: Final = ("./", "../")
_FORMATS: Final = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "gif": re.compile(rb"GIF8[79]a"),
    "bmp": re.compile(rb"BM"),
    "ico": re.compile(rb"\x00\x00\x01\x00"),
    "tiff": re.compile(rb"II\*\x00|MM\x00\*"),
    "heic": re.compile(rb"....ftyp(?:hei[cx]|hev[cx]|mif1|msf1)", re.DOTALL),
}
"""What files of a format begin with. Source: as above."""
_ICON_SIDE: Final = 256
"""No icon file can hold a larger picture."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What has to be known of a file."""

    digest: str
    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a file cannot be used, whatever for."""

    summary: Text
    detail: Text
    hint: Text


class Pictures:
    """Reads pictures, each file once.

    Args:
        root: Folder of the fleet; files have to be below it.
        problems: Takes everything that is wrong.
    """

    def __init__(self, root: Path, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._read: dict[Path, _Picture | _Fault] = {}
        self.files: dict[str, Path] = {}
        """Where the content of each digest stands."""
        self.names: dict[str, str] = {}
        """How each digest is written, where it is written first."""

    def resolve(self, written: str, purpose: Purpose, source: Source, where: str) -> str | None:
        """Return the image key or the digest that `written` stands for; `None` when it is wrong.

        Args:
            written: An image key (`img_…`), or the path of a file (`./…`, `../…`) as seen from the YAML file.
            purpose: What the picture is for.
            source: Where it is written.
            where: Address of the thing that shows the picture, for messages.
        """
        if written.startswith(IMAGE_KEY):
            return written
        if not written.startswith(_FILE):
            self._problems.error(
                text("Invalid picture"),
                text("A picture is a file (`./…`, `../…`) or an image key of the platform (`img_…`)."),
                hint=text("Write `./{written}` if that is a file beside this one.", written=written),
                address=where,
                source=source,
            )
            return None
        path = find_named_file(self._root, written, source, where, self._problems)
        if path is None:
            return None
        if path not in self._read:
            self._read[path] = _read(path)
        found = self._read[path]
        fault = found if isinstance(found, _Fault) else _fault_of_size(found, purpose)
        if fault:
            detail = text("`{path}`: {fault}", path=written, fault=fault.detail)
            self._problems.error(fault.summary, detail, hint=fault.hint, address=where, source=source)
            return None
        assert isinstance(found, _Picture)
        self.files[found.digest] = path
        self.names.setdefault(found.digest, written)
        return found.digest


def read_picture(path: Path, digest: str) -> bytes | None:
    """Return the content of a picture; `None` when the file is not as it was."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if digest_of(content) == digest else None


def _read(path: Path) -> _Picture | _Fault:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if 0 < size <= MAX_BYTES else b""
    except OSError as error:
        why = error.strerror or text("I/O error")
        return _Fault(
            text("File cannot be read"),
            text("{why}.", why=why),
            text("Check the permissions of the file."),
        )
    if size > MAX_BYTES:
        return _Fault(
            text("Picture too large"),
            text(
                "the file has {size:.1f} MB; the platform takes at most {limit} MB.",
                size=size / 1024**2,
                limit=MAX_BYTES // 1024**2,
            ),
            text("Save it with fewer pixels or in another format, such as JPEG."),
        )
    if not content:
        return _Fault(text("Picture is empty"), text("the file holds nothing."), text("Save it again."))
    kind = next((kind for kind, head in _FORMATS.items() if head.match(content)), None)
    width, height = _pixels(kind, content) if kind else (0, 0)
    if kind is None or min(width, height) < 1:
        return _Fault(
            text("Not a picture"),
            text("the content is in none of the formats that the platform takes."),
            text("Save it as PNG, JPEG, WEBP, GIF, BMP, ICO, TIFF or HEIC."),
        )
    return _Picture(digest_of(content), kind, width, height)


def _pixels(kind: str, content: bytes) -> tuple[int, int]:
    """Return width and height; less than nothing for a file that only begins like a picture."""
    if kind == "ico":
        return _ICON_SIDE, _ICON_SIDE
    import imagesize  # only fleets with pictures need it

    width, height = imagesize.get(io.BytesIO(content))
    return int(width), int(height)


def _fault_of_size(picture: _Picture, purpose: Purpose) -> _Fault | None:
    limit = min(MAX_PIXELS[name] for name in (purpose, picture.kind) if name in MAX_PIXELS)
    if max(picture.width, picture.height) <= limit:
        return None
    return _Fault(
        text("Picture has too many pixels"),
        text(
            "it has {width} x {height} pixels; here the platform takes at most {limit} x {limit}.",
            width=picture.width,
            height=picture.height,
            limit=limit,
        ),
        text("Scale it down."),
    )
