"""The platform client: the only code that speaks HTTP to Feishu and Lark.

From the wire upwards:

- ``transport`` performs one call: token, quota, repeats, and the reading of answers, all in one place;
  ``limiter`` keeps the quota of ``quota``, ``tokens`` hands out access tokens.
- ``codes`` turns platform codes into our errors.
- ``wire`` holds the shapes of bodies and answers, ``endpoints`` one method per operation of the platform.
- ``gateway`` translates between wire and model; it is the `Gateway` that ``apply`` asks for.
- ``credentials`` and ``hosts`` decide who we are and whom we may talk to; ``redaction`` keeps secrets out of
  logs. ``connect`` puts everything together.

May import ``plan``, ``model`` and ``errors``. No files (but the one of the app secret), YAML or printing.
"""
