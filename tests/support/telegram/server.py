"""The server itself: bots call it, people talk through it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.support.telegram.spec import SPEC, Wrong, read

BOT = {"id": 42, "is_bot": True, "first_name": "Clip", "username": "clip_bot"}
TOKEN = "42:TEST-secret"
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "en"}
RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories"),
)
PUBLIC_FILE_BYTES = 20 << 20


@dataclass(frozen=True)
class Failure:
    """One ordered failure. `only`: for this chat alone.

    `hang`, `cut`: the call is carried out, and never answered or the line is cut.
    `body`: the whole answer, HTML say, instead of one with the description.
    """

    status: int = 400
    description: str = "Bad Request"
    parameters: dict[str, int] = field(default_factory=dict)
    hang: bool = False
    cut: bool = False
    only: int | None = None
    body: str | None = None


@dataclass(frozen=True)
class Call:
    """A call that came, read by the spec. `files`: the sizes of uploads by field."""

    method: str
    params: dict[str, Any]
    files: dict[str, int]
    at_s: float


class BotApi:
    """A Bot API on a free loopback port.

    Args:
        long_poll: False answers getUpdates at once, as some emulators do.
        says_true: Methods it does not know are answered `true` instead of 404.
        without: Methods it does not know although we do.
        retell: What becomes of each result before it is sent, as other servers spell it: (method, result) → result.
    """

    def __init__(
        self,
        *,
        privacy: bool = True,
        long_poll: bool = True,
        says_true: bool = False,
        without: frozenset[str] = frozenset(),
        retell: Callable[[str, Any], object] = lambda _method, result: result,
    ) -> None:
        self.me = {**BOT, "can_join_groups": True, "can_read_all_group_messages": not privacy}
        self.long_poll, self.says_true, self.without, self.retell = long_poll, says_true, without, retell
        self.calls: list[Call] = []
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.paths: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.admins: set[int] = set()
        self.commands: dict[str, Any] = {}
        self.local = False
        self.tells_length = True
        self.slow_s = 0.0
        self._failures: dict[str, deque[Failure]] = defaultdict(deque)
        self._pending: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._changed = asyncio.Event()
        self._last_update = self._last_message = 100
        self._hook: dict[str, Any] | None = None
        self._pushing: asyncio.Task[None] | None = None
        self._hangs = asyncio.Event()

    # -- as a server

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        app.router.add_get("/files/{path:.*}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}/bot"
        self.base_file_url = f"http://127.0.0.1:{port}/file/bot"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hangs.set()
        if self._pushing is not None:
            self._pushing.cancel()
            await asyncio.wait({self._pushing})
        await self._runner.cleanup()

    # -- as people

    def push(self, update: dict[str, Any]) -> int:
        """Give the bot an update; its number is made if it has none."""
        self._last_update += 1
        update.setdefault("update_id", self._last_update)
        self._pending.append(update)
        self._news.set()
        return int(self._last_update)

    def says(
        self,
        chat: int,
        text: str | None = None,
        *,
        user: dict[str, Any] = ANNA,
        kind: str = "message",
        update_id: int | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Somebody says something in a chat; returns the message."""
        self._last_message += 1
        message: dict[str, Any] = {
            "message_id": self._last_message,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            "from": user,
            **({"text": text} if text is not None else {}),
            **more,
        }
        self.messages[chat, self._last_message] = message
        self.push({**({} if update_id is None else {"update_id": update_id}), kind: message})
        return message

    def edits(self, message: dict[str, Any], text: str) -> None:
        """Somebody edits what they said."""
        self.push({"edited_message": {**message, "text": text, "edit_date": int(time.time())}})

    def shown(self, chat: int) -> list[dict[str, Any]]:
        """What stands in a chat from the bot now, in order."""
        return [m for (of, _), m in sorted(self.messages.items()) if of == chat and m["from"] is self.me]

    def audio(self, content: bytes = b"ID3 a song", name: str | None = "song.mp3", **more: Any) -> dict[str, Any]:
        """Return an audio of these bytes, kept for getFile."""
        file_id = f"file{len(self.files)}"
        self.files[file_id] = content
        named = {"file_name": name} if name is not None else {}
        size = more.pop("file_size", len(content))
        self.sizes[file_id] = size
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "duration": 30,
            "mime_type": "audio/mpeg",
            "file_size": size,
            **named,
            **more,
        }

    def presses(self, message: dict[str, Any], data: str, *, user: dict[str, Any] = ANNA) -> str:
        """Somebody presses a button; returns the query's id."""
        query = f"q{self._last_update}"
        self.push(
            {"callback_query": {"id": query, "from": user, "chat_instance": "1", "message": message, "data": data}}
        )
        return query

    def count_anew(self) -> None:
        """Forget all that was numbered, as a server without a disk does when it is started again."""
        self._pending.clear()
        self.messages.clear()
        self._last_update = self._last_message = 0

    def fail(self, method: str, *failures: Failure) -> None:
        """Let the next calls of a method fail, one each."""
        self._failures[method].extend(failures)

    def sent(self, method: str) -> list[Call]:
        """Return the calls of one method so far."""
        return [call for call in self.calls if call.method == method]

    async def until(self, method: str, count: int = 1, within_s: float = 30.0) -> list[Call]:
        """Wait until a method was called so often."""
        async with asyncio.timeout(within_s):
            while len(self.sent(method)) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.sent(method)

    @property
    def last_update(self) -> int:
        """Number of the update that was given last."""
        return self._last_update

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._pending)

    # -- methods

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _refused(Failure(401, "Unauthorized"))
        if method not in SPEC or method in self.without:
            return _done(True) if self.says_true else _refused(Failure(404, "Not Found: method not found"))
        try:
            given, files = await _body(request)
            params = read(method, given)
        except Wrong as error:
            return _refused(Failure(400, str(error)))
        if method == "getUpdates":
            return await self._get_updates(params)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        failure = self._failure(method, params)
        if failure is not None and not (failure.hang or failure.cut):
            self._note(f"failed:{method}", params, files)
            return _refused(failure)
        try:
            result = self._do(method, params, files)
        except Wrong as error:
            return _refused(Failure(400, str(error)))
        self._note(method, params, files)
        if failure is not None and failure.hang:
            await self._hangs.wait()
        if failure is not None and failure.cut and request.transport is not None:
            request.transport.abort()
        return _done(self.retell(method, result))

    def _note(self, method: str, params: dict[str, Any], files: dict[str, int]) -> None:
        self.calls.append(Call(method, params, files, time.monotonic()))
        self._changed.set()

    def _failure(self, method: str, params: dict[str, Any]) -> Failure | None:
        for failure in self._failures[method]:
            if failure.only is None or failure.only == params.get("chat_id"):
                self._failures[method].remove(failure)
                return failure
        return None

    def _do(self, method: str, params: dict[str, Any], files: dict[str, int]) -> object:
        match method:
            case "getMe":
                return self.me
            case "sendMessage" | "sendVideo":
                return self._send(method, params, files)
            case "editMessageText":
                return self._edit(params)
            case "getFile":
                return self._get_file(params["file_id"])
            case "getChatMember":
                status = "administrator" if params["user_id"] in self.admins else "member"
                member: dict[str, Any] = dict.fromkeys(RIGHTS if status == "administrator" else (), False)
                user = {"id": params["user_id"], "is_bot": False, "first_name": "X"}
                return {**member, "status": status, "user": user}
            case "deleteMessage":
                if self.messages.pop((params["chat_id"], params["message_id"]), None) is None:
                    raise Wrong("Bad Request: message to delete not found")
            case "setMyCommands":
                self.commands[json.dumps([params.get("scope"), params.get("language_code", "")])] = params["commands"]
            case "setWebhook" | "deleteWebhook":
                self._set_hook(params if params.get("url") else None)
        return True

    def _send(self, method: str, params: dict[str, Any], files: dict[str, int]) -> dict[str, Any]:
        answered: dict[str, Any] = params.get("reply_parameters", {})
        place = params["chat_id"], answered.get("message_id", 0)
        known = self.messages.get(place)
        if answered and known is None and not answered.get("allow_sending_without_reply"):
            raise Wrong("Bad Request: message to be replied not found")
        self._last_message += 1
        message: dict[str, Any] = {
            "message_id": self._last_message,
            "date": int(time.time()),
            "chat": {"id": params["chat_id"], "type": "private" if params["chat_id"] > 0 else "supergroup"},
            "from": self.me,
            **{name: params[name] for name in ("text", "caption", "reply_markup") if name in params},
        }
        if known is not None:
            message["reply_to_message"] = {name: known[name] for name in known.keys() - {"reply_to_message"}}
        if method == "sendVideo":
            message["video"] = self._video(params, files)
        if "inline_keyboard" not in message.get("reply_markup", {}):
            # A ForceReply is no part of the message.
            message.pop("reply_markup", None)
        self.messages[params["chat_id"], self._last_message] = message
        return message

    def _video(self, params: dict[str, Any], files: dict[str, int]) -> dict[str, Any]:
        given = params["video"]
        if "video" not in files and given not in self.files and not given.startswith("file://"):
            raise Wrong("Bad Request: wrong file identifier/HTTP URL specified")
        for picture in ("thumbnail", "cover"):
            uri = params.get(picture)
            if uri is not None and uri.removeprefix("attach://") not in files:
                raise Wrong(f"Bad Request: {picture}: no such part")
        file_id = given if given in self.files else f"video{len(self.files)}"
        self.files.setdefault(file_id, b"")
        size = {name: params.get(name, 0) for name in ("width", "height", "duration")}
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", **size}

    def _edit(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.get((params["chat_id"], params["message_id"]))
        if message is None:
            raise Wrong("Bad Request: message to edit not found")
        new = {"text": params["text"], "reply_markup": params.get("reply_markup")}
        if all(message.get(name) == value for name, value in new.items()):
            raise Wrong("Bad Request: message is not modified")
        message.update(new)
        return {name: value for name, value in message.items() if value is not None}

    def _get_file(self, file_id: str) -> dict[str, Any]:
        if file_id not in self.files:
            raise Wrong("Bad Request: wrong file_id or the file is temporarily unavailable")
        size = self.sizes.get(file_id, len(self.files[file_id]))
        if size > PUBLIC_FILE_BYTES and not self.local:
            raise Wrong("Bad Request: file is too big")
        path = self.paths.get(file_id, f"music/{file_id}.mp3")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.match_info["path"].split("/")[-1].removesuffix(".mp3"))
        if request.match_info.get("token", TOKEN) != TOKEN or content is None:
            return web.Response(status=404)
        answer = web.StreamResponse()
        if self.tells_length:
            answer.content_length = len(content)
        await answer.prepare(request)
        await answer.write(content)
        return answer

    # -- updates

    async def _get_updates(self, params: dict[str, Any]) -> web.Response:
        failure = self._failure("getUpdates", params)
        self._note("getUpdates", params, {})
        if failure is not None:
            return _refused(failure)
        offset, kinds = params.get("offset", 0), params.get("allowed_updates")
        self._pending = [u for u in self._pending if _number(u) >= offset]
        if kinds:
            self._pending = [u for u in self._pending if not _kinds(u) or _kinds(u) & set(kinds)]
        if not self._pending and self.long_poll and params.get("timeout"):
            self._news.clear()
            with suppress(TimeoutError, aiohttp.ClientError):
                await asyncio.wait_for(self._news.wait(), params["timeout"])
        return _done(self.retell("getUpdates", self._pending[:100]))

    def _set_hook(self, params: dict[str, Any] | None) -> None:
        self._hook = params
        if params is not None and self._pushing is None:
            self._pushing = asyncio.create_task(self._push_all())

    async def _push_all(self) -> None:
        """Post updates to the webhook, one after the other, each until it is taken."""
        async with aiohttp.ClientSession() as session:
            while True:
                while self._pending and self._hook is not None:
                    secret = {"X-Telegram-Bot-Api-Secret-Token": self._hook.get("secret_token", "")}
                    with suppress(TimeoutError, aiohttp.ClientError):
                        async with session.post(self._hook["url"], json=self._pending[0], headers=secret) as answer:
                            if answer.status == 200:
                                self._pending.pop(0)
                                continue
                    await asyncio.sleep(0.2)
                self._news.clear()
                await self._news.wait()


def _number(update: dict[str, Any]) -> int:
    number = update.get("update_id")
    return number if isinstance(number, int) else 1 << 60


def _kinds(update: dict[str, Any]) -> set[str]:
    return set(update) - {"update_id"}


async def _body(request: web.Request) -> tuple[dict[str, str], dict[str, int]]:
    """Read form or multipart; a file's own field keeps its name, other parts are found by attach://."""
    given: dict[str, str] = {}
    files: dict[str, int] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = len(value.file.read())
            if not name.startswith("attached"):
                given[name] = f"attach://{name}"
        else:
            given[name] = str(value)
    return given, files


def _done(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(failure: Failure) -> web.Response:
    if failure.body is not None:
        return web.Response(status=failure.status, text=failure.body, content_type="text/html")
    answer: dict[str, Any] = {"ok": False, "error_code": failure.status, "description": failure.description}
    if failure.parameters:
        answer["parameters"] = failure.parameters
    return web.json_response(answer, status=failure.status)
