"""How updates come in: long polling or a webhook, and nothing is confirmed before it is stored (decisions 10).

`Poller` stands in for the library's `Updater`: that one confirms a batch when it lies in memory, polls a server
without long poll as fast as it can, and asks for a poisonous batch for ever.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

import tornado.web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Updater
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from typing_extensions import override

from bots.services import StoreDown
from bots.telegram import inbound
from bots.telegram.guard import harmless
from bots.telegram.limits import SHORTEST_EMPTY_POLL_S
from bots.telegram.refusals import unknown
from bots.telegram.sender import seconds

log = logging.getLogger(__name__)

ALLOWED = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
"""Kinds of updates we ask for; the server remembers them, so they are always named."""

REMEMBERED = 20_000
TRIES = 3
"""How often an update is tried that breaks something of ours, until it is given up."""

SOON_S = 0.5
"""How long a batch may take to be stored until the next look at the server."""

MAX_HOOK_BYTES = 1 << 20


class Book:
    """Which updates are under way, and what may be confirmed. Pure."""

    def __init__(self) -> None:
        self._forget()
        self._tries: dict[int, int] = {}

    def _forget(self) -> None:
        self.offset = 0
        self._top = 0
        self._open: set[int] = set()
        self._failed: set[int] = set()
        self._seen: dict[int, Hashable] = {}

    @property
    def busy(self) -> bool:
        """Whether something is under way: the offset stands on the lowest of it."""
        return bool(self._open)

    @property
    def waits(self) -> bool:
        """Whether something failed and is to be asked for again."""
        return bool(self._failed)

    def tries(self, number: int) -> int:
        """Return how often this update was begun."""
        return self._tries.get(number, 0)

    def begin(self, updates: Mapping[int, Hashable]) -> list[int]:
        """Return the numbers of updates that are new or failed before, in order; they are under way now.

        Args:
            updates: Number → what tells an update from another one of that number.
        """
        if any(self._counts_anew(number, what) for number, what in updates.items()):
            self._forget()
        new = [number for number in sorted(updates) if number not in self._seen or number in self._failed]
        for number in new:
            self._seen[number] = updates[number]
            self._failed.discard(number)
            self._tries[number] = self._tries.get(number, 0) + 1
            self._top = max(self._top, number + 1)
        self._open.update(new)
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._settle()
        return new

    def _counts_anew(self, number: int, what: Hashable) -> bool:
        """Whether this number shows that the server has begun to count again, as one without a disk does."""
        if number in self._seen:
            return self._seen[number] != what
        return number < self._top

    def done(self, number: int) -> None:
        """It is stored, or will never be."""
        self._open.discard(number)
        self._tries.pop(number, None)
        self._settle()

    def again(self, number: int) -> None:
        """It was not stored: the server is to send it once more."""
        self._open.discard(number)
        self._failed.add(number)
        self._settle()

    def _settle(self) -> None:
        self.offset = min(self._open | self._failed, default=self._top)


class Backoff:
    """Growing pauses with jitter: 1, 1.5, 2.25 … 30 s."""

    def __init__(self) -> None:
        self._next_s = 1.0

    def clear(self) -> None:
        """All is well again."""
        self._next_s = 1.0

    def pause_s(self, error: Exception) -> float:
        """Return how long to wait after this error; a 429 says so itself."""
        if isinstance(error, RetryAfter):
            return seconds(error.retry_after)
        if isinstance(error, TimedOut):
            return SHORTEST_EMPTY_POLL_S
        pause = self._next_s
        self._next_s = min(30.0, pause * 1.5)
        return pause * random.uniform(0.8, 1.2)


class Poller(Updater):
    """Fetches updates and puts them into a queue whose `put` returns when they are stored."""

    def __init__(self, bot: Bot, update_queue: asyncio.Queue[object]) -> None:
        super().__init__(bot=bot, update_queue=update_queue)
        self.port = 0
        """Port of the webhook, once it listens."""
        self._task: asyncio.Task[None] | None = None
        self._server: HTTPServer | None = None
        self._chains: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ended(self) -> None:
        """Wait until polling ends by itself. Raises what ended it (InvalidToken); returns after `stop`."""
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()
        else:
            await asyncio.get_running_loop().create_future()

    @override
    async def start_polling(
        self,
        poll_interval: float = 0.0,
        timeout: int | float | dt.timedelta = 10,
        bootstrap_retries: int = 0,
        allowed_updates: Sequence[str] | None = None,
        drop_pending_updates: bool | None = None,
        error_callback: Callable[[TelegramError], None] | None = None,
    ) -> asyncio.Queue[object]:
        """Begin to poll. Raises what keeps it from beginning."""
        self._begin()
        try:
            await _often(
                bootstrap_retries,
                lambda: self.bot.delete_webhook(drop_pending_updates=drop_pending_updates),
            )
        except BaseException:
            self._running = False
            raise
        kinds = ALLOWED if allowed_updates is None else allowed_updates
        work = self._poll(poll_interval, seconds(timeout), kinds, error_callback or tell)
        self._task = asyncio.create_task(work, name="telegram poll")
        return self.update_queue

    @override
    async def start_webhook(
        self,
        listen: Any = "127.0.0.1",
        port: Any = 80,
        url_path: str = "",
        cert: str | Path | None = None,
        key: str | Path | None = None,
        bootstrap_retries: int = 0,
        webhook_url: str | None = None,
        allowed_updates: Sequence[str] | None = None,
        drop_pending_updates: bool | None = None,
        ip_address: str | None = None,
        max_connections: int = 40,
        secret_token: str | None = None,
        unix: str | Path | socket | None = None,
    ) -> asyncio.Queue[object]:
        """Listen for updates and tell the server where. TLS ends at the proxy in front of us."""
        if cert or key or unix:
            raise ValueError("TLS and unix sockets belong to the proxy in front of the webhook")
        self._begin()
        path = "/" + url_path.strip("/")
        sockets = bind_sockets(port, address=listen)
        self.port = sockets[0].getsockname()[1]
        shared = {"take": self.update_queue.put, "bot": self.bot, "secret": secret_token}
        site = tornado.web.Application([(f"{path}/?", Hook, shared)], log_function=lambda _handler: None)
        self._server = HTTPServer(site, max_body_size=MAX_HOOK_BYTES)
        self._server.add_sockets(sockets)
        try:
            await _often(
                bootstrap_retries,
                lambda: self.bot.set_webhook(
                    url=webhook_url or f"http://{listen}:{self.port}{path}",
                    allowed_updates=ALLOWED if allowed_updates is None else allowed_updates,
                    ip_address=ip_address,
                    drop_pending_updates=drop_pending_updates,
                    max_connections=max_connections,
                    secret_token=secret_token,
                ),
            )
        except BaseException:
            await self.stop()
            raise
        return self.update_queue

    @override
    async def stop(self) -> None:
        """Stop fetching; what is on its way into the store may get there. Raises RuntimeError if nothing runs."""
        if not self._running:
            raise RuntimeError("This Updater is not running!")
        self._running = False
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
            self._server = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    def _begin(self) -> None:
        if self._running:
            raise RuntimeError("This Updater is already running!")
        if not self._initialized:
            raise RuntimeError("This Updater was not initialized via `Updater.initialize`!")
        self._running = True

    async def _poll(
        self,
        interval_s: float,
        timeout_s: float,
        kinds: Sequence[str],
        on_error: Callable[[TelegramError], None],
    ) -> None:
        book, backoff = Book(), Backoff()
        lost = False
        while self._running:
            began = time.monotonic()
            wait = dt.timedelta(seconds=0.0 if book.busy else timeout_s)
            # A server that was away may have begun to count again: it is asked for all it has, the Book knows the rest.
            offset = 0 if lost else book.offset
            try:
                updates = await self.bot.get_updates(offset=offset, timeout=wait, allowed_updates=kinds)
            except TelegramError as error:
                if isinstance(error, InvalidToken) and not unknown(error):
                    raise
                if not isinstance(error, TimedOut):
                    on_error(error)
                    lost = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
                await asyncio.sleep(backoff.pause_s(error))
                continue
            except Exception as error:  # a server that answers nonsense must not end the bot
                log.warning("telegram: an answer to getUpdates could not be read: %s", type(error).__name__)
                await asyncio.sleep(backoff.pause_s(error))
                continue
            backoff.clear()
            lost = False
            news = self._start(book, updates)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=SOON_S)
            if book.waits or not (news or self._tasks or interval_s):
                # Also where the server knows no long poll, or forgets the offset.
                await asyncio.sleep(max(0.0, SHORTEST_EMPTY_POLL_S - (time.monotonic() - began)))
            if interval_s:
                await asyncio.sleep(interval_s)

    def _start(self, book: Book, updates: Sequence[Update]) -> bool:
        """Begin to store what is new: side by side, but one chat's updates one after the other."""
        self._chains = {chat: task for chat, task in self._chains.items() if not task.done()}
        by_id = {update.update_id: update for update in updates}
        news = book.begin({number: inbound.identity(update) for number, update in by_id.items()})
        for number in news:
            update = by_id[number]
            chat = _chat(update)
            before = self._chains.get(chat)
            task = asyncio.create_task(self._store(book, update, before), name=f"telegram {number}")
            self._chains[chat] = task
            self._tasks.add(task)
            task.add_done_callback(self._retire)
        return bool(news)

    def _retire(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # _store has said what there is to say

    async def _store(self, book: Book, update: Update, before: asyncio.Task[None] | None) -> None:
        number = update.update_id
        try:
            if before is not None:
                await before
            await self.update_queue.put(update)
        except StoreDown:
            log.warning("telegram: the store does not answer; update %d stays with Telegram", number)
            book.again(number)
            raise
        except Exception:
            if book.tries(number) < TRIES:
                log.exception("telegram: update %d was not kept; it comes again", number)
                book.again(number)
                raise
            log.error("telegram: update %d was dropped", number)  # noqa: TRY400 - said above
            book.done(number)
        else:
            book.done(number)


class Hook(tornado.web.RequestHandler):
    """One call of the webhook: answered with 200 when the update is stored, so that Telegram keeps it until then."""

    SUPPORTED_METHODS = ("POST",)

    @override
    def initialize(self, take: Callable[[object], Awaitable[None]], bot: Bot, secret: str | None) -> None:
        """Receive what the handlers share."""
        self._take, self._bot, self._secret = take, bot, secret

    @override
    async def post(self) -> None:
        """Take one update."""
        given = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if self._secret is not None and not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise tornado.web.HTTPError(403)
        try:
            raw = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise tornado.web.HTTPError(400) from None
        plain = harmless(raw)
        # What cannot be read now cannot be read later: 200, or Telegram sends it for days.
        update = Update.de_json(plain, self._bot) if plain is not None else None
        if update is None:
            return
        try:
            await self._take(update)
        except StoreDown:
            raise tornado.web.HTTPError(503) from None

    @override
    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Say what happened without the body of the request."""
        if not isinstance(value, tornado.web.HTTPError):
            log.error("telegram: a webhook call failed: %s", type(value).__name__, exc_info=value)


def tell(error: TelegramError) -> None:
    """Log why polling stands still."""
    if isinstance(error, Conflict):
        log.error(
            "telegram: another program polls with this bot's token, or a webhook is set. "
            "Stop the other one: Telegram gives each update to one of them only. Trying again."
        )
    else:
        log.warning("telegram: no updates at present: %s", type(error).__name__)


def _chat(update: Update) -> int:
    with suppress(Exception):  # a fuzzed update may have anything in it
        if update.effective_chat is not None:
            return update.effective_chat.id
    return 0


async def _often(retries: int, do: Callable[[], Awaitable[object]]) -> None:
    """Do it until it works: `retries` more times, for ever if negative. A refused token is never tried again.

    Where the server will not do it, that is no reason not to serve: what is wrong shows when updates are fetched.
    """
    backoff, failed = Backoff(), 0
    while True:
        try:
            await do()
        except TelegramError as error:
            if isinstance(error, BadRequest) or unknown(error):
                log.warning("telegram: the server did not set or delete the webhook: %s", type(error).__name__)
                return
            if isinstance(error, InvalidToken):
                raise
            failed += 1
            if 0 <= retries < failed:
                raise
            await asyncio.sleep(backoff.pause_s(error))
        else:
            return
