"""The state file: versioned codec, atomic write, lock.

Holds which chat each key is bound to and what was last applied; never a secret, an e-mail address or a
mobile number. May import `plan` and below, and the file system; nothing else.
"""
