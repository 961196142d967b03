"""What may be confirmed, and how the bot behaves with servers that are not as they should be."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.error import NetworkError, RetryAfter
from telegram.ext import Application

from bots.settings import Settings
from bots.telegram.app import SettingMissing, TokenRefused, build_telegram_application, hook_of, serve
from bots.telegram.poller import Backoff, Book
from bots.telegram.redact import Redactor
from tests.bots.telegram.conftest import Run
from tests.support.telegram.fakes import MemoryIntake, services, settings
from tests.support.telegram.server import TOKEN, BotApi, Failure


def test_the_offset_stands_on_the_lowest_update_that_is_not_stored() -> None:
    book = Book()
    three = {5: "a", 6: "b", 7: "c"}
    assert book.begin(three) == [5, 6, 7]
    assert (book.offset, book.busy) == (5, True)
    book.done(6)
    book.done(7)
    assert book.offset == 5
    book.again(5)
    assert (book.offset, book.busy, book.waits) == (5, False, True)
    assert book.begin(three) == [5]
    assert book.tries(5) == 2
    book.done(5)
    assert (book.offset, book.waits) == (8, False)
    assert book.begin(three) == []


@pytest.mark.parametrize(
    ("news", "new", "offset"),
    [
        ({7: "c", 8: "d"}, [8], 9),
        ({5: "other"}, [5], 6),
        ({1: "first of all", 2: "second"}, [1, 2], 3),
        ({1: "x", 6: "b"}, [1, 6], 7),
    ],
    ids=["goes on", "the same number for another", "lower numbers", "lower and the same"],
)
def test_a_server_that_counts_anew_is_heard_from_its_first_update(
    news: dict[int, str], new: list[int], offset: int
) -> None:
    book = Book()
    for number in book.begin({5: "a", 6: "b", 7: "c"}):
        book.done(number)
    assert book.begin(news) == new
    for number in new:
        book.done(number)
    assert book.offset == offset


def test_pauses_grow_to_half_a_minute_and_a_flood_limit_says_its_own() -> None:
    backoff = Backoff()
    pauses = [backoff.pause_s(NetworkError("x")) for _ in range(20)]
    assert pauses[0] <= 1.2
    assert 24 <= pauses[-1] <= 36
    assert backoff.pause_s(RetryAfter(7)) == 7


async def test_a_server_without_long_poll_is_not_asked_without_rest(run: Run) -> None:
    async with BotApi(long_poll=False) as api, run(api) as bot:
        before = len(api.sent("getUpdates"))
        await asyncio.sleep(2.5)
        assert len(api.sent("getUpdates")) - before <= 4
        api.says(7, "hi")
        await bot.intake.until(1)


async def test_a_second_poller_is_named_and_polling_goes_on(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async with BotApi() as api:
        api.fail(
            "getUpdates", Failure(409, "Conflict: terminated by other getUpdates request"), Failure(502, "Bad Gateway")
        )
        async with run(api) as bot:
            api.says(7, "hi")
            await bot.intake.until(1)
    assert "another program polls with this bot's token" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_refused_token_ends_it_with_a_sentence_that_holds_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with BotApi() as api:
        wrong = settings(api, telegram_token=SecretStr("42:WRONG-secret"))
        with pytest.raises(TokenRefused, match="@BotFather") as caught:
            await serve(wrong, services(), lambda: None)
    assert "WRONG-secret" not in f"{caught.value!r}{caught.value.__cause__!r}{caplog.text}"


async def test_without_a_token_or_a_webhook_address_the_setting_is_named() -> None:
    with pytest.raises(SettingMissing, match="TELEGRAM_TOKEN"):
        await serve(Settings(_env_file=None), services(), lambda: None)
    with pytest.raises(SettingMissing, match="TELEGRAM_WEBHOOK_URL"):
        hook_of(Settings(_env_file=None, telegram_mode="webhook"))
    with pytest.raises(SettingMissing, match="TELEGRAM_BASE_URL"):
        await serve(
            Settings(_env_file=None, telegram_token=SecretStr(TOKEN), telegram_local=True), services(), lambda: None
        )


@pytest.mark.parametrize(
    ("address", "path", "public"),
    [
        ("https://a.org", "/telegram", "https://a.org/telegram"),
        ("https://a.org/own/x/", "/own/x", "https://a.org/own/x/"),
    ],
)
def test_the_webhook_has_a_path_of_its_own_and_a_secret(address: str, path: str, public: str) -> None:
    hook = hook_of(Settings(_env_file=None, telegram_webhook_url=address))
    assert (hook["url_path"], hook["webhook_url"], len(hook["secret_token"]) > 20) == (path, public, True)


async def test_the_webhook_takes_only_what_has_its_secret_and_survives_nonsense(run: Run) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/own"
    hook: dict[str, Any] = {"telegram_mode": "webhook", "telegram_webhook_url": address, "telegram_webhook_port": port}
    right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    async with BotApi() as api, run(api, **hook, telegram_webhook_secret=SecretStr("s3cret")) as bot:
        async with aiohttp.ClientSession() as session:

            async def post(body: bytes, headers: dict[str, str], to: str = address) -> int:
                async with session.post(to, data=body, headers=headers) as answer:
                    return answer.status

            assert await post(b"{}", {}) == 403
            assert await post(b"{}", {"X-Telegram-Bot-Api-Secret-Token": "wrong"}) == 403
            assert await post(b"{}", right, f"http://127.0.0.1:{port}/other") == 404
            assert await post(b"not json", right) == 400
            assert await post(b'{"update_id": 1, "message": {"date": "soon"}}', right) == 200
            assert await post(b"[]", right) == 200
            bot.intake.down = True
            chat = {"id": 7, "type": "private"}
            message = {"message_id": 1, "date": 1, "chat": chat, "text": "x"}
            said = json.dumps({"update_id": 2, "message": message}).encode()
            assert await post(said, right) == 503
            bot.intake.down = False
            assert await post(said, right) == 200
        assert [message.text for message in bot.intake.taken] == ["x"]


async def test_the_factory_needs_no_network_and_hears_updates_handed_to_it_either_way() -> None:
    intake = MemoryIntake()
    async with BotApi() as api:
        builder = Application.builder().base_url(api.base_url).base_file_url(api.base_file_url)
        chosen = Settings(_env_file=None, telegram_token=SecretStr(TOKEN))
        application = build_telegram_application(builder, chosen, services(intake))
        assert api.calls == []
        await application.initialize()
        await application.start()
        for number, hand_over in enumerate((application.process_update, application.update_queue.put)):
            raw = {"message_id": number, "date": 1, "chat": {"id": 7, "type": "private"}, "text": f"t{number}"}
            update = Update.de_json({"update_id": number, "message": raw}, application.bot)
            await hand_over(update)
        assert application.updater is not None
        await application.updater.start_polling()
        api.says(7, "t2", update_id=10)
        await intake.until(3)
        await application.updater.stop()
        await application.stop()
        await application.shutdown()
    assert [message.text for message in intake.taken] == ["t0", "t1", "t2"]


async def test_the_menu_is_sent_once_per_language_and_kind_of_chat(run: Run) -> None:
    async with BotApi() as api:
        async with run(api) as first:
            menus = await api.until("setMyCommands", 6)
            while await first.notes.get("telegram:commands:42") is None:
                await asyncio.sleep(0.02)
            names = [[one["command"] for one in call.params["commands"]] for call in menus]
            kinds = {(call.params["scope"]["type"], call.params.get("language_code")) for call in menus}
        async with run(api, first.intake, first.notes):
            api.says(7, "hi")
            await first.intake.until(1)
        assert len(api.sent("setMyCommands")) == 6
    assert kinds == {(k, c) for k in ("all_private_chats", "all_group_chats") for c in (None, "zh", "es")}
    assert all("video" in menu and "help" in menu for menu in names)


def test_a_log_line_with_the_token_loses_it() -> None:
    record = logging.LogRecord("httpx", logging.INFO, "", 0, "POST %s", ("http://x/bot42:SECRET/getMe",), None)
    assert Redactor("42:SECRET").filter(record)
    assert record.getMessage() == "POST http://x/bot<token>/getMe"
