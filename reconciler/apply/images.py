"""Image keys of uploaded files: every file is uploaded once, however many groups show it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

from reconciler.apply.recorder import Recorder
from reconciler.model.pictures import Images, image_name
from reconciler.plan.operations import UploadImage


class UploadedImages:
    """The image keys that are known in a run, by this or an earlier one."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._uploading = defaultdict[str, asyncio.Lock](asyncio.Lock)

    @property
    def known(self) -> Images:
        """Image keys as `image_name` names them."""
        return self._recorder.images

    async def provide(self, upload: UploadImage, perform: Callable[[], Awaitable[str]]) -> str:
        """Return the image key of a file, which `perform` uploads when nobody did before."""
        name = image_name(upload.purpose, upload.digest)
        async with self._uploading[name]:
            if name not in self.known:
                self._recorder.keep_image(name, await perform())
            return self.known[name]

    def give_up(self, keys: Iterable[str]) -> None:
        """Forget image keys that the platform does not take any more; their files are uploaded anew."""
        refused = frozenset(keys)
        self._recorder.drop_images(name for name, key in self.known.items() if key in refused)
