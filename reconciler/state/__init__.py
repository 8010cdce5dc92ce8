"""The state: which chat each key is bound to, and what was last applied.

- ``store`` is what everybody uses: read, write, lock. ``codec`` turns the state into text and back.
- ``backend`` says what a place for it has to offer; ``file``, ``http`` and ``objects`` are the places, and
  ``places`` finds the one of an address.
- ``journal`` keeps what runs did.

Never a secret, an e-mail address or a mobile number. May import `plan` and below, the file system, HTTPX and
obstore; nothing else.
"""
