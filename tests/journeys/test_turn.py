"""A turn from the message to the video: real store, real HTTP, real files; only the chat is a list."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bots.adapter import FREE, Departure, Gone, Post, Refused, SendDoubtful, Sent, TooLarge, Video, Where
from core.messages import Attachment, Channel, Person
from tests.core.store.servers import RealServer
from tests.support.backend import Backend, Script
from tests.support.program import Chat, clip, message, open_chat, over, say, track

PROMPT = "create a video from this music with visualizer and beat-synced cuts"


@pytest.fixture
async def backend(tmp_path: Path) -> object:
    async with Backend(Script(stream_s=0.05, render_s=0.15), video=clip()) as server:
        yield server


async def test_a_song_goes_in_and_a_video_comes_out(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, PROMPT, track(tmp_path)) == "done"
    assert backend.world.uploads == [["song.mp3"]]
    assert backend.world.said == {PROMPT: 1}
    assert len(backend.world.renders) == 1
    assert len(chat.videos) == 1
    video, post = chat.videos[0]
    assert (video.width, video.height) == (64, 64)
    assert "Night is ready" in post.text
    assert chat.texts[0] == "✅ Done."
    assert any(text.startswith("Done: create a video") for text in chat.replies)


async def test_a_file_alone_asks_what_to_do_with_it(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "", track(tmp_path)) == "done"
    assert backend.world.said == {}
    assert chat.replies[0].startswith("✅ Ready!")
    assert "Now tell me what you want" in chat.replies[1]


async def test_words_without_a_change_make_no_video(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "what can you do with nothing") == "done"
    assert backend.world.renders == {}
    assert chat.videos == []


async def test_a_silent_edit_is_told_by_what_changed(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "make a first video")
        await say(program, "silent title please")
    assert "Here is what changed" in chat.replies[-1]
    assert "silent title please" in chat.replies[-1]


async def test_a_silent_answer_without_a_change_says_so(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "silent nothing")
    assert "cannot see any change" in chat.replies[-1]


async def test_a_dropped_line_is_looked_after_and_never_sent_again(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "drop the line now") == "done"
    assert backend.world.said == {"drop the line now": 1}
    assert "Here is what changed" in chat.replies[-1]
    assert len(chat.videos) == 1


async def test_a_dropped_line_without_a_change_offers_a_retry(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "drop with nothing") == "doubtful"
    post = chat.posts[chat.order[-1]]
    assert [button.action for button in post.buttons] == ["retry"]
    assert backend.world.said == {"drop with nothing": 1}


async def test_a_retry_button_says_it_once_more(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "drop with nothing")
        button = chat.posts[chat.order[-1]].buttons[0]
        pressed = await program.relay.press(button.action, button.job, message("", event="press"))
        assert pressed is not None
        await over(program, pressed.job)
    assert backend.world.said == {"drop with nothing": 2}


async def test_gui_talk_is_not_shown_and_the_export_is_done(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "gui talk please")
    assert chat.replies[1:] == ["The title is in."]
    assert len(chat.videos) == 1


async def test_out_of_credits_gives_the_registration_link(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url, nemo_web_url="https://nemovideo.com") as (program, chat):
        assert await say(program, "poor me") == "failed"
    assert "https://nemovideo.com/register?bind=anon_1" in chat.replies[-1]


async def test_a_forgotten_session_is_made_anew_and_told(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "lost and found") == "done"
    assert "The old timeline and its files are gone" in " ".join(chat.replies)
    assert len(backend.world.sessions) == 1
    assert len(chat.videos) == 1


async def test_a_402_speaks_of_the_plan(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.blocked = True
    async with open_chat(tmp_path, backend.url, nemo_web_url="https://nemovideo.com") as (program, chat):
        await say(program, "make a video")
    assert "about the plan" in chat.replies[-1]
    assert chat.videos == []


async def test_a_failed_render_is_tried_once_more_under_a_new_id(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.failing_renders = 1
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "make a video") == "done"
    assert len(backend.world.renders) == 2
    assert len(chat.videos) == 1


async def test_a_render_that_fails_twice_is_given_up(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.failing_renders = 9
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "make a video") == "failed"
    assert len(backend.world.renders) == 2
    assert "failed twice" in chat.replies[-1]


async def test_export_before_anything_was_made(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "export")
    assert "nothing to export yet" in chat.replies[-1]


async def test_export_by_words_renders_again_what_was_rendered(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "make a video")
        await say(program, "导出", event="e2")
    assert backend.world.said == {"make a video": 1}
    assert len(chat.videos) == 2


async def test_credits_and_status_answer_beside_a_running_turn(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 1.0
    async with open_chat(tmp_path, backend.url) as (program, chat):
        slow = await program.relay.take(message("make a long video"))
        await asyncio.sleep(0.2)
        assert await say(program, "积分") == "done"
        assert await say(program, "status") == "done"
        assert "90" in chat.replies[1]
        assert "working on a message" in chat.replies[2]
        assert await over(program, slow.job) == "done"


async def test_messages_that_wait_are_acknowledged_and_their_renders_merge(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 0.4
    async with open_chat(tmp_path, backend.url) as (program, chat):
        first = await program.relay.take(message("one"))
        second = await program.relay.take(message("two"))
        third = await program.relay.take(message("three"))
        assert (second.place, third.place) == (1, 2)
        for job in (first.job, second.job, third.job):
            assert await over(program, job) == "done"
    assert [list(order) for order in backend.world.order.values()] == [["one", "two", "three"]]
    assert backend.world.overlaps == 0
    assert len(chat.videos) == 1  # the first two were superseded by the messages behind them


async def test_cancel_takes_a_waiting_message_out_of_the_queue(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 0.5
    async with open_chat(tmp_path, backend.url) as (program, chat):
        first = await program.relay.take(message("one"))
        second = await program.relay.take(message("two"))
        pressed = await program.relay.press("cancel", second.job, message("", event="press"))
        assert pressed is not None
        assert await over(program, second.job) == "cancelled"
        assert await over(program, first.job) == "done"
    assert "two" not in backend.world.said
    assert any("Nothing was sent or counted" in text for text in chat.replies)


async def test_cancel_stops_a_running_turn_and_says_what_was_paid(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 5.0
    async with open_chat(tmp_path, backend.url) as (program, chat):
        first = await program.relay.take(message("one"))
        while not backend.world.said:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        await say(program, "取消")
        assert await over(program, first.job) == "cancelled"
    assert any("may have been counted" in text for text in chat.replies)


async def test_cancel_while_rendering_tells_the_backend(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.render_s = 60.0
    async with open_chat(tmp_path, backend.url) as (program, _chat):
        first = await program.relay.take(message("one"))
        while not backend.world.renders:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        await say(program, "stop")
        assert await over(program, first.job) == "cancelled"
    assert backend.world.cancelled == list(backend.world.renders)


async def test_the_same_event_runs_once(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, _chat):
        first = await program.relay.take(message("one", event="e1"))
        again = await program.relay.take(message("one", event="e1"))
        assert again.duplicate
        await over(program, first.job)
    assert backend.world.said == {"one": 1}


async def test_a_restart_in_a_stream_looks_and_does_not_send_again(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 0.6
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        first = await program.relay.take(message("one"))
        while not backend.world.said:
            await asyncio.sleep(0.02)
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await over(program, first.job) == "done"
    assert backend.world.said == {"one": 1}
    assert len(chat.videos) == 1


async def test_a_restart_in_a_render_adopts_it(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.render_s = 1.0
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        first = await program.relay.take(message("one"))
        while not backend.world.renders:
            await asyncio.sleep(0.02)
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await over(program, first.job) == "done"
    assert len(backend.world.renders) == 1
    assert len(chat.videos) == 1


async def test_a_video_that_is_refused_for_its_size_comes_as_a_smaller_copy_or_a_sentence(
    backend: Backend, tmp_path: Path
) -> None:
    chat = Chat(fail_videos=[TooLarge(), TooLarge()])
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await say(program, "make a video") == "done"
    assert chat.videos == []
    assert any("too large for this chat" in post.text for post in chat.posts.values())


async def test_a_person_s_own_language_goes_before_that_of_the_place(backend: Backend, tmp_path: Path) -> None:
    asked = [(None, "zh-CN"), ("es-ES", "zh-CN"), (None, "zh-CN"), (None, None)]
    async with open_chat(tmp_path, backend.url, work=False) as (program, _):
        spoken = [await program.relay.locale_of("discord", Person("p", locale=own), place) for own, place in asked]
    assert spoken == ["zh-CN", "es-ES", "es-ES", "es-ES"]


class Stingy(Chat):
    """A chat that takes few bytes and tells so only by refusing more: half as much is the next guess."""

    most = 2_000_000

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        if video.size_bytes > self.most:
            self.limits_now = replace(self.limits_now, max_upload_bytes=video.size_bytes // 2)
            raise TooLarge(self.limits_now.max_upload_bytes)
        return await super().send_video(where, video, post, nonce, departure)


async def test_a_copy_that_is_refused_as_well_is_made_smaller_once_more(tmp_path: Path) -> None:
    chat = Stingy()
    async with (
        Backend(Script(), video=clip(1.0, 540, 960, noisy=True)) as backend,
        open_chat(tmp_path, backend.url, chat) as (program, _),
    ):
        assert await say(program, "make a video") == "done"
    assert [video.size_bytes <= chat.most for video, _ in chat.videos] == [True]


@pytest.mark.parametrize("error", [Gone(), Refused("no", permission="Attach Files")])
async def test_a_result_that_may_not_be_posted_is_kept(backend: Backend, tmp_path: Path, error: Gone | Refused) -> None:
    chat = Chat(fail_videos=[error])
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        receipt = await program.relay.take(message("make a video"))
        await over(program, receipt.job)
        record = await program.store.inbox.record(receipt.job)
    assert record is not None
    assert record.facts["undelivered"] == type(error).__name__


async def test_a_doubtful_delivery_is_repeated_by_its_button_only(backend: Backend, tmp_path: Path) -> None:
    chat = Chat(fail_videos=[SendDoubtful()])
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await say(program, "make a video") == "doubtful"
        assert chat.videos == []
        button = chat.posts[chat.order[-1]].buttons[0]
        assert button.action == "deliver"
        pressed = await program.relay.press("deliver", button.job, message("", event="press"))
        assert pressed is not None
        assert await over(program, pressed.job) == "done"
    assert len(chat.videos) == 1
    assert len(backend.world.renders) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.mp3", b"just some words about a song", "notes.mp3 holds no music"),
        ("empty.mp3", b"", "empty.mp3 is empty"),
        ("list.mp3", b"#EXTM3U\nhttp://127.0.0.1/secret\n", "list.mp3 holds no music"),
    ],
)
async def test_what_is_no_track_is_refused_before_it_travels(
    backend: Backend, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    async with open_chat(tmp_path, backend.url) as (program, chat):
        assert await say(program, "make a video", path) == "failed"
    assert words in chat.replies[-1]
    assert backend.world.uploads == []


async def test_a_missing_file_and_one_too_large_are_sentences(backend: Backend, tmp_path: Path) -> None:
    song = track(tmp_path)
    async with open_chat(tmp_path, backend.url, max_file_bytes=1000) as (program, chat):
        assert await say(program, "make a video", song) == "failed"
        assert "too large" in chat.replies[-1]
    async with open_chat(tmp_path, backend.url) as (program, chat):
        gone = message("make a video", song, event="gone")
        song.unlink()
        receipt = await program.relay.take(gone)
        assert await over(program, receipt.job) == "failed"
        assert "There is no file song.mp3" in chat.replies[-1]


async def test_projects_are_left_listed_and_resumed(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "/projects", event="none")
        assert "no projects here yet" in chat.replies[-1]
        await say(program, "", track(tmp_path, "first song.mp3"))
        await say(program, "/projects", event="one")
        assert "“first song” is open, and it is the only project here" in chat.replies[-1]
        await say(program, "/new")
        await say(program, "", track(tmp_path, "second song.mp3"), event="e2")
        await say(program, "/projects")
        assert chat.replies[-1].startswith("“second song” is open.")
        assert chat.replies[-1].endswith("1. first song")
        await say(program, "/projects 1", event="e3")
        assert "Back in" in chat.replies[-1]


async def test_a_language_is_chosen_and_kept(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "/language zh")
        await say(program, "credits", event="e2")
        assert "可用积分" in chat.replies[-1]
        await say(program, "/language auto", event="e3")
        await say(program, "credits", event="e4")
        assert "credits available" in chat.replies[-1]


async def test_asked_only_makes_no_video_by_itself_and_offer_makes_a_button(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        await say(program, "/settings asked")
        await say(program, "make a video")
        assert chat.videos == []
        await say(program, "/settings offer", event="e2")
        await say(program, "another look")
        offer = chat.posts[chat.order[-1]]
        assert [button.action for button in offer.buttons] == ["export"]
        assert chat.videos == []


async def test_no_token_is_ever_shown(backend: Backend, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        async with open_chat(tmp_path, backend.url) as (program, chat):
            for text in ("make a video", "poor", "drop nothing", "credits", "status", "/why export"):
                await say(program, text)
    everything = caplog.text + "\n".join(post.text for post in chat.posts.values())
    assert "nmv_usr_" not in everything


async def test_a_file_s_own_address_is_handed_on_where_the_operator_says_so(backend: Backend, tmp_path: Path) -> None:
    url = "https://cdn.example/attachments/1/2/song.mp3?ex=1&hm=2"
    posted = (Attachment(name="song.mp3", source={"url": url}, size_bytes=1000),)
    async with open_chat(tmp_path, backend.url, discord_url_upload=True) as (program, chat):
        assert await say(program, "make a video", attachments=posted) == "done"
        too_large = (Attachment(name="long.wav", source={"url": url}, size_bytes=300_000_000),)
        assert await say(program, "make a video", attachments=too_large, event="e2") == "failed"
    assert backend.world.uploads == [[url]]
    assert "and long.wav is larger" in chat.replies[-1]


async def test_a_bare_cancel_that_is_done_again_takes_no_second_job(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url, work=False) as (program, _):
        jobs = [(await program.relay.take(message(text))).job for text in ("one", "two", "three")]
        cancel = (await program.relay.take(message("stop"))).job
        # Its first holder died between the cancel and what is told of it.
        assert await program.store.inbox.cancel(jobs[0]) == "queued"
        facts = json.dumps({"cancels": jobs[0]})
        await program.store.server.do("HSET", program.store.keys("t", cancel), "facts", facts)
    async with open_chat(tmp_path, backend.url) as (program, _):
        assert await over(program, cancel) == "done"
        assert [await over(program, job) for job in jobs] == ["cancelled", "done", "done"]


async def test_a_cancel_that_comes_after_the_video_leaves_the_turn_done(backend: Backend, tmp_path: Path) -> None:
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat, work=False) as (program, _):
        job = (await program.relay.take(message("one"))).job
        late = {"step": "1", "stage": "delivered", "cancel": "1", "began_ms": "1", "facts": '{"changed": true}'}
        await program.store.server.do("HSET", program.store.keys("t", job), *(x for pair in late.items() for x in pair))
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await over(program, job) == "done"
    assert "cancel" not in " ".join(chat.replies).lower()


async def test_status_of_a_job_tells_its_place_and_a_measured_range(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 600.0
    async with open_chat(tmp_path, backend.url) as (program, chat):
        for took_s in (100.0, 120.0, 200.0, 220.0):
            await program.store.history.took("turn", took_s)
        jobs = [(await program.relay.take(message(text))).job for text in ("one", "two", "three")]
        for job, told in (
            (jobs[0], ["working on a message", "usually 2 min to 4 min"]),
            (jobs[2], ["2 jobs come first", "your turn in about 4 min to 7 min"]),
        ):
            pressed = await program.relay.press("status", job, message("", event=f"press {job}"))
            assert pressed is not None
            await over(program, pressed.job)
            assert any(all(part in reply for part in told) for reply in chat.replies), chat.replies


async def test_a_cancel_after_the_answer_says_that_it_was_paid(backend: Backend, tmp_path: Path) -> None:
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat, work=False) as (program, _):
        job = (await program.relay.take(message("nothing of it"))).job
        plan = '[{"text": "x", "kind": "chat"}, {"asked": false, "kind": "export"}]'
        at = {"plan": plan, "step": "1", "stage": "begin", "cancel": "1", "began_ms": "1"}
        await program.store.server.do("HSET", program.store.keys("t", job), *(x for pair in at.items() for x in pair))
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await over(program, job) == "cancelled"
    assert "may have been counted" in chat.replies[-1]


class Late(Chat):
    """A chat without nonces, whose acknowledgements arrive late: after the turn has begun."""

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        if post.stage == "queued":
            while not any(one.title == post.title for one in self.posts.values()):
                await asyncio.sleep(0.02)
        return await super().send(where, post, f"{nonce}/{len(self.order)}", departure)


async def test_no_card_of_a_late_acknowledgement_stays_open(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url, Late()) as (program, chat):
        first = (await program.relay.take(message("one"))).job
        second = (await program.relay.take(message("two"))).job
        for job in (first, second):
            assert await over(program, job) == "done"
    assert [post.title for post in chat.posts.values() if post.kind == "status" and not post.final] == []
    assert sum(post.title == "two" for post in chat.posts.values() if post.kind == "status") == 2


class Crossed(Chat):
    """A chat in which one picture of a former holder arrives after the last one of its successor."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = asyncio.Event()
        self.thawed = asyncio.Event()
        self._late: asyncio.Task[None] | None = None

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        if self._late is not None:
            await super().edit(where, sent_id, post, departure)
            return
        await departure.leaves()
        self._late = asyncio.create_task(self._arrive(sent_id, post))
        self.frozen.set()
        await self._late

    async def _arrive(self, sent_id: str, post: Post) -> None:
        await self.thawed.wait()
        self.posts[sent_id] = post


async def test_a_picture_of_a_former_holder_does_not_stay_the_last_one(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 600.0
    chat = Crossed()
    with RealServer(tmp_path / "store") as store:
        async with open_chat(tmp_path, backend.url, chat, redis_url=store.url, lease_s=1.5) as (program, _):
            job = (await program.relay.take(message("one"))).job
            await chat.frozen.wait()
            keys = program.store.keys
            # Its lease ran out while it was frozen, and a successor brought the turn to its end.
            end = {"stage": "doubtful", "ended_ms": "1"}
            await program.store.server.do("HSET", keys("t", job), *(part for pair in end.items() for part in pair))
            await program.store.server.do("HSET", keys("own"), "console:c1", "9:successor")
            await chat.edit(Where(Channel("console", "c1")), "1", Post("status", "It is over.", final=True))
            chat.thawed.set()
            async with asyncio.timeout(30):
                while chat.posts["1"].final:
                    await asyncio.sleep(0.01)
                while not chat.posts["1"].final:
                    await asyncio.sleep(0.01)


async def test_a_render_that_never_ends_is_given_up_and_not_paid_for_again(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.render_s = 600.0
    async with open_chat(tmp_path, backend.url, render_limit_s=1.0) as (program, chat):
        job = (await program.relay.take(message("one"))).job
        assert await over(program, job) == "failed"
        backend.world.script.render_s = 0.1
        button = chat.posts[chat.order[-1]].buttons[0]
        pressed = await program.relay.press(button.action, button.job, message("", event="press"))
        assert pressed is not None
        assert await over(program, pressed.job) == "done"
    assert (backend.world.said, len(chat.videos)) == ({"one": 1}, 1)


async def test_a_clock_that_jumps_by_hours_loses_no_render(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.render_s = 1.0
    async with open_chat(tmp_path, backend.url) as (program, chat):
        job = (await program.relay.take(message("one"))).job
        while not backend.world.renders:
            await asyncio.sleep(0.01)
    # Whoever goes on has a clock ten hours ahead of the one that noted when the render began.
    async with open_chat(tmp_path, backend.url, chat, work=False) as (program, _):
        key = program.store.keys("t", job)
        facts = json.loads(await program.store.server.do("HGET", key, "facts"))
        facts["since"] = facts.get("since", 36_000.0) - 36_000.0
        await program.store.server.do("HSET", key, "facts", json.dumps(facts))
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        assert await over(program, job) == "done"
    assert len(chat.videos) == 1
