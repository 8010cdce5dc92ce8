"""Plans, outcomes, diagnostics, groups and state as text or JSON. Functions return strings; nothing prints.

Text from YAML or from the platform is hostile here: all of it passes `safe` before it stands in an answer.
Texts carry no markup; colour is added by one `Style`, after alignment, and never says anything that the
words do not. No function ends its answer with a line break; only published schemas, which are files, do.

May import `plan` and everything below it, and wcwidth for the width of characters. No files, clock or HTTP.
"""
