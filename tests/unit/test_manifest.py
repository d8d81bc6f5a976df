"""Least privilege: the manifest asks for what the code calls, and for nothing else."""

import ast
import re
from pathlib import Path

from bot.manifest import BOT_EVENTS, BOT_SCOPES, manifest

ROOT = Path(__file__).parents[2]
METHOD = re.compile(r"(api|auth|apps|chat|conversations|files|pins|reactions|team|users|views)\.[A-Za-z.]+")

# https://docs.slack.dev/reference/methods: what each method needs where we use it (private channels, direct messages)
NEEDS: dict[str, set[str]] = {
    "api.test": set(),
    "apps.connections.open": set(),  # with the app-level token: connections:write
    "auth.test": set(),
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.create": {"groups:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.invite": {"groups:write"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "conversations.setTopic": {"groups:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "pins.add": {"pins:write"},
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "users.lookupByEmail": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
# What events need that no method does: https://docs.slack.dev/reference/events/reaction_added
BY_EVENTS = {"reactions:read"}


def called() -> set[str]:
    """Every Web API method that is named by a literal in the bot."""
    files = (ROOT / "bot").rglob("*.py")
    literals = (n.value for f in files for n in ast.walk(ast.parse(f.read_text())) if isinstance(n, ast.Constant))
    return {text for text in literals if isinstance(text, str) and METHOD.fullmatch(text)}


def test_every_method_that_is_called_is_known_here_and_no_other() -> None:
    assert called() == set(NEEDS)


def test_the_scopes_are_what_the_methods_need() -> None:
    assert set(BOT_SCOPES) == set().union(*NEEDS.values()) | {"commands"} | BY_EVENTS


def test_the_events_are_those_that_are_listened_to() -> None:
    asked_for = manifest()["settings"]["event_subscriptions"]["bot_events"]
    app = (ROOT / "bot/slack/app.py").read_text()
    patterns = [words.strip('"') for words in re.findall(r'@app\.event\((?:re\.compile\(r)?("[^"]+")', app)]

    assert asked_for == sorted(BOT_EVENTS)
    unheard = [name for name in asked_for if not any(re.fullmatch(one, name.split(".")[0]) for one in patterns)]
    assert unheard == []
    assert '@app.event("message")' in (ROOT / "bot" / "slack" / "app.py").read_text()


def test_direct_messages_can_be_written_to_there_is_a_home_tab_and_commands_escape_mentions() -> None:
    features = manifest()["features"]

    assert features["app_home"]["messages_tab_enabled"]
    assert features["app_home"]["home_tab_enabled"]
    assert features["slash_commands"][0]["should_escape"]
