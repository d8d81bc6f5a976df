"""Every call to Slack's Web API, with what its failure means. No call is ever repeated in here.

The SDK's own retry of dropped connections posts twice, so `retry_handlers=[]`; who asks decides about a second try.
"""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import Limited, NotSent, Paced, Rejected, SlackTrouble, Unclear
from bot.pacing import Pacing
from bot.slack.blocks import DELIVERY
from bot.troubles import TOKEN_REFUSED, WORKSPACE_REFUSED

EVENT_TYPE = "quarterdeck_delivery"
POST_TIMEOUT_S = 10
# May have partly happened, says every method's error table; the others are Slack's load and policy.
_UNCLEAR = {"internal_error", "fatal_error", "request_timeout", "timeout"}
# Put right by an operator, or over by itself; until then every message waits, and none is given up.
_LATER = {"rate_limited", *WORKSPACE_REFUSED, *TOKEN_REFUSED}
_AWAY = "service_unavailable"

Called = Callable[[str, SlackTrouble | None], None]
Granted = Callable[[frozenset[str]], None]
T = TypeVar("T")


class Guard(Protocol):
    """Who looks after all calls together (`bot.outage`)."""

    async def through(self, method: str, calling: Coroutine[Any, Any, T]) -> T:
        """Let a call happen; may end it early with TimeoutError."""

    def heard(self, method: str, trouble: SlackTrouble | None) -> None:
        """Hear how it ended."""


class Gateway:
    """Typed calls. Raises `Limited`, `NotSent`, `Unclear` or `Rejected`, and nothing else.

    `called` hears of every call: its method, and its trouble if there was one; `granted` what the token may do.
    `pacing` counts every call; a call never waits for it, unless it is made `at` a rank: then it may raise `Paced`.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        http: aiohttp.ClientSession,
        called: Called | None = None,
        pacing: Pacing | None = None,
        granted: Granted | None = None,
    ) -> None:
        self.client = client
        self._http = http
        self._called = called
        self._granted = granted
        self._pacing = pacing
        self._rank: int | None = None
        self.guard: Guard | None = None

    def at(self, rank: int) -> "Gateway":
        """The same for calls that nobody waits for: they leave Slack's limits to what is of a lower rank."""
        patient = copy.copy(self)
        patient._rank = rank
        return patient

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        """One call as JSON; reads go as a query, as Slack wants them."""
        answer = await self.ask(method, **args)
        if not isinstance(answer.data, dict):
            raise Unclear(method, "no JSON in the answer")
        return answer.data

    async def ask(self, method: str, **args: Any) -> AsyncSlackResponse:
        """The same with the headers of the answer."""
        channel = args.get("channel") or args.get("channel_id")
        if self._pacing and (wait := self._pacing.making(method, channel, self._rank)):
            raise Paced(method, wait)
        try:
            answer = await self._ask(method, args)
        except SlackTrouble as error:
            trouble = await self._whose(method, error)
            if self._pacing and isinstance(error, Limited):
                self._pacing.told(method, channel, error.retry_after)
            self._tell(method, trouble)
            raise trouble from None
        self._tell(method, None)
        self._scopes(method, answer)
        return answer

    def _scopes(self, method: str, answer: AsyncSlackResponse) -> None:
        """Slack says with each answer what the token may do; the app token's scopes are others."""
        header = answer.headers.get("X-OAuth-Scopes", answer.headers.get("x-oauth-scopes"))
        if self._granted and header and not method.startswith("apps."):
            self._granted(frozenset(scope.strip() for scope in header.split(",")))

    async def _whose(self, method: str, trouble: SlackTrouble) -> SlackTrouble:
        """`account_inactive` is said of our token and of a person's account: the token is asked about."""
        if trouble.error != "account_inactive" or method in ("auth.test", "apps.connections.open"):
            return trouble
        try:
            await self.identity()
        except SlackTrouble:
            return trouble
        return Rejected(method, trouble.error)

    def _tell(self, method: str, trouble: SlackTrouble | None) -> None:
        if self._called:
            self._called(method, trouble)
        if self.guard:
            self.guard.heard(method, trouble)

    async def _ask(self, method: str, args: Mapping[str, Any]) -> AsyncSlackResponse:
        given = {key: value for key, value in args.items() if value is not None}
        if method.rpartition(".")[2] in _READS:
            calling = self.client.api_call(method, http_verb="GET", params=_flat(given))
        else:
            calling = self.client.api_call(method, json=given)
        try:
            limited = _limited(calling)
            return await (self.guard.through(method, limited) if self.guard else limited)
        except SlackApiError as error:
            raise _trouble(method, error) from None
        except aiohttp.ClientConnectorError as error:
            raise NotSent(method, f"no connection ({error.os_error.strerror or error.host})") from None
        except Exception as error:
            # Whatever else the client stumbles over (a cut-off answer, a proxy's page): Slack may have done it.
            raise Unclear(method, type(error).__name__, hung=isinstance(error, TimeoutError)) from None

    async def identity(self) -> dict[str, Any]:
        return await self.call("auth.test")

    async def user(self, user: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("users.info", user=user))["user"]
        return found

    async def user_by_email(self, email: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("users.lookupByEmail", email=email))["user"]
        return found

    async def open_dm(self, user: str) -> str:
        """The conversation (`D…`) with a person: posting to `U…` may land in Slackbot's."""
        return str((await self.call("conversations.open", users=user))["channel"]["id"])

    async def post(
        self, channel: str, text: str, blocks: list[dict[str, Any]], *, delivery_id: str, thread_ts: str | None = None
    ) -> str:
        """Posts once and gives the `ts`. The opaque delivery id makes the message findable after a lost answer."""
        answer = await self.call(
            "chat.postMessage",
            channel=channel,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, text: str, blocks: list[dict[str, Any]]) -> None:
        await self.call("chat.update", channel=channel, ts=ts, text=text, blocks=blocks)

    async def delivered(
        self, channel: str, thread_ts: str | None, delivery_ids: Collection[str], since: datetime, until: datetime
    ) -> dict[str, str]:
        """Those delivery ids that are found in that stretch of a conversation, however long, with their `ts`."""
        stretch = {"oldest": f"{since.timestamp():.6f}", "latest": f"{until.timestamp():.6f}"}
        return (await self._looked_for(channel, thread_ts, delivery_ids, stretch, one_page=False))[0]

    async def delivered_lately(
        self, channel: str, thread_ts: str | None, delivery_ids: Collection[str]
    ) -> tuple[dict[str, str], bool]:
        """The same among the newest messages, or in a whole thread, which Slack tells oldest first; whatever its clock
        says. And whether there are no others."""
        return await self._looked_for(channel, thread_ts, delivery_ids, {}, one_page=not thread_ts)

    async def _looked_for(
        self, channel: str, thread_ts: str | None, ids: Collection[str], stretch: Mapping[str, str], one_page: bool
    ) -> tuple[dict[str, str], bool]:
        """What was found, and whether that was all there is to look at."""
        where = {"channel": channel, "ts": thread_ts, "limit": 200, "include_all_metadata": True, **stretch}
        method, cursor = "conversations.replies" if thread_ts else "conversations.history", None
        found: dict[str, str] = {}
        while True:
            page = await self.call(method, **where, cursor=cursor)
            found |= _among(page, ids)
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or one_page or len(found) == len(ids):
                return found, not cursor

    async def is_blank(self, channel: str) -> bool:
        """Whether nobody has written there; no where Slack refuses to say. What Slack itself writes does not count."""
        try:
            page = await self.call("conversations.history", channel=channel, limit=200)
        except Rejected:
            return False
        return all(message.get("subtype") for message in page.get("messages", ()))

    async def own_channels(
        self, types: str = "public_channel,private_channel", *, archived: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """The channels that the bot is in, with `archived` those too; never a list of the workspace."""
        which = {"types": types, "limit": 200, "exclude_archived": not archived}
        cursor = None
        while True:
            page = await self.call("users.conversations", **which, cursor=cursor)
            for channel in page.get("channels", []):
                yield channel
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Opens a form or a notice; the ticket lives three seconds, so it is given two."""
        try:
            async with asyncio.timeout(2.0):
                await self.call("views.open", trigger_id=trigger_id, view=dict(view))
        except TimeoutError:
            trouble = Unclear("views.open", "no answer within 2 s")
            self._tell("views.open", trouble)
            raise trouble from None

    async def update_view(self, view_id: str, view: Mapping[str, Any]) -> None:
        await self.call("views.update", view_id=view_id, view=dict(view))

    async def upload(self, url: str, name: str, content: bytes) -> None:
        """The middle step of the files flow: the bytes themselves."""
        try:
            async with self._http.post(
                url, data=content, headers={"Content-Type": "application/octet-stream"}
            ) as answer:
                if answer.status != 200:
                    raise Unclear("upload", f"HTTP {answer.status} for {name}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear("upload", type(error).__name__) from None


async def _limited(calling: Awaitable[T]) -> T:
    async with asyncio.timeout(POST_TIMEOUT_S):
        return await calling


_READS = {"info", "list", "history", "replies", "members", "conversations", "lookupByEmail"} | {"getUploadURLExternal"}


def _flat(args: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in args.items() if value is not None
    }


def _trouble(method: str, error: SlackApiError) -> SlackTrouble:
    """What a "no" means. Only Slack's own JSON with an error word is a no; a proxy's page tells nothing."""
    response = error.response
    status, headers = getattr(response, "status_code", 200), getattr(response, "headers", None) or {}
    data = response.data if isinstance(getattr(response, "data", None), dict) else {}
    code = data.get("error")
    if status == 429 or code == "ratelimited":
        return Limited(method, _seconds(headers.get("Retry-After") or headers.get("retry-after")))
    if not isinstance(code, str) or status >= 500 or code in _UNCLEAR:
        return Unclear(method, code if isinstance(code, str) else f"HTTP {status} without Slack's JSON")
    nothing_else_helps = code == "missing_scope" and method.startswith("chat.")
    later = code in _LATER or code == _AWAY or nothing_else_helps
    trouble = NotSent(method, code, silent=code == _AWAY) if later else Rejected(method, code)
    trouble.needed = str(data.get("needed") or "")
    return trouble


def _seconds(text: object) -> float:
    try:
        return max(0.0, float(str(text)))
    except ValueError:
        return 1.0  # a date, or nothing: asked again soon, and told again


def _among(page: Mapping[str, Any], delivery_ids: Collection[str]) -> dict[str, str]:
    wanted = set(delivery_ids)
    messages = page.get("messages", [])
    return {found: str(message["ts"]) for message in messages for found in _deliveries(message) & wanted}


def _deliveries(message: Mapping[str, Any]) -> set[str]:
    """The delivery ids that a message of ours carries, a merged list several: in its metadata, or in its blocks."""
    metadata = message.get("metadata") or {}
    found = {str(metadata.get("event_payload", {}).get("id"))} if metadata.get("event_type") == EVENT_TYPE else set()
    blocks = (str(block.get("block_id") or "") for block in message.get("blocks") or ())
    return found | {block.removeprefix(DELIVERY) for block in blocks if block.startswith(DELIVERY)}
