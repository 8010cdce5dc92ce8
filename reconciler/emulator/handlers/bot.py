"""The app's own bot."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.operation import Call
from reconciler.emulator.wire import Refusal


def bot_info(call: Call) -> dict[str, Any]:
    """Return name, state and open_id of the bot."""
    if not call.app.bot:
        raise Refusal(int(call.readings.bot_ability_off))
    return {
        "bot": {
            "activate_status": 2 if call.app.enabled else 1,
            "app_name": call.app.name,
            "avatar_url": f"https://s1-imfile.feishucdn.com/static-resource/v1/{call.app.app_id}",
            "ip_white_list": list(call.app.ip_white_list),
            "open_id": call.app.open_id,
        }
    }
