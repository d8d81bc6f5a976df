"""Slack's error words as sentences for the timeline, the log and the operator."""

WHY = {
    "account_inactive": "the account is deactivated",
    "cannot_dm_bot": "bots cannot be written to",
    "channel_not_found": "the conversation does not exist or Quarterdeck is not in it",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "edit_window_closed": "a policy of the workspace forbids to edit messages of that age",
    "invalid_auth": "Slack does not accept the token",
    "message_not_found": "the message was deleted",
    "messages_tab_disabled": "the app's Messages tab is switched off",
    "missing_scope": "the app lacks a permission; compare with slack-manifest.yaml and install it again",
    "not_installed": "typst is not installed where Quarterdeck runs: pip install 'quarterdeck[export]'",
    "not_in_channel": "Quarterdeck is not in the channel",
    "restricted_action": "a policy of the workspace forbids it",
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_locked": "the thread is locked",
    "restricted_action_thread_only_channel": "the channel takes posts in threads only",
    "token_revoked": "the token was revoked",
    "user_disabled": "the account is deactivated",
    "user_is_restricted": "guests cannot be added",
    "user_not_found": "Slack knows no such person",
}

TOKEN_REFUSED = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
WORKSPACE_REFUSED = {
    "accesslimited": "the network that Quarterdeck runs in may not use it",
    "ekm_access_denied": "the administrators have suspended posting",
    "message_limit_exceeded": "the workspace has sent more messages than its plan allows",
    "org_login_required": "the workspace is moving to an enterprise organization",
    "team_access_not_granted": "the app was not granted access to the workspace",
    "team_added_to_org": "the workspace is moving to an enterprise organization",
}
"""Of no single place or message: nobody else and nowhere else helps, and it ends.
https://docs.slack.dev/reference/methods/chat.postMessage#errors"""
PERSON_GONE = {"account_inactive", "user_disabled", "user_not_found", "users_not_found"}
"""Of a person, not of us: they have no account any more."""
UNREADABLE = {"channel_not_found", "not_in_channel"}
PLACE_GONE = {"is_archived", "is_inactive"} | UNREADABLE
EDITING_CLOSED = "edit_window_closed"  # of one message or all, as old as they are; there is no better place for it
RESTRICTED = "restricted_action"  # and whatever begins with it


def why(error: str, needed: str = "") -> str:
    """A sentence for a known word, the word itself otherwise. `needed` is the permission that is missing."""
    if error in WORKSPACE_REFUSED:
        return WORKSPACE_REFUSED[error]
    if error == "missing_scope" and needed:
        return f"the app lacks the permission {needed}; compare with slack-manifest.yaml and install it again"
    return WHY.get(error, f"Slack answered “{error}”")


def place_lost(error: str) -> bool:
    """Whether a conversation takes no more messages of ours, whatever they are."""
    return error in PLACE_GONE or error.startswith(RESTRICTED)


def token_refused(error: str) -> tuple[str, str]:
    """What became of asking who the bot token is, and what to do about it."""
    if error in TOKEN_REFUSED:
        return f'Slack answered "{error}".', "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions again."
    return f"{why(error)}.", "Check the network and SLACK_API_URL."
