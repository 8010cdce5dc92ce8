"""Uploading images. Source: platform.openapi.yaml, im_image_create."""

from __future__ import annotations

from reconciler.feishu.transport import Effect, Form, Request, Transport
from reconciler.feishu.wire import UploadedImage


class Images:
    """Images that our app uploads; nobody else can be expected to use their keys."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(self, image_type: str, content: bytes) -> UploadedImage:
        """Upload an image and return its key.

        Every upload makes a new key. Doing it twice leaves one that nobody uses, which harms nobody.
        """
        request = Request(
            operation="im_image_create",
            method="POST",
            path="/open-apis/im/v1/images",
            effect=Effect.REPEATABLE,
            form=Form({"image_type": image_type}, "image", content),
        )
        return await self._transport.call(request, UploadedImage)
