"""What a reader is to report of every file in samples/ (its README), in the order of the stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

SAMPLES = Path(__file__).parent / "samples"

Reading: TypeAlias = list[dict[str, Any]]


def text(words: str, shown: bool = True) -> dict[str, Any]:
    return {"kind": "text", "text": words, "shown": shown}


def call(name: str) -> dict[str, Any]:
    return {"kind": "call", "name": name}


def error(code: int | str | None, message: str) -> dict[str, Any]:
    return {"kind": "error", "code": code, "message": message}


def end(outcome: str) -> dict[str, Any]:
    return {"kind": "end", "outcome": outcome}


ADDING = [text("Adding a title."), call("add_title"), text("The title is on the timeline."), end("text")]
CITY = [text("Your city timelapse is ready. Click Export to save it."), end("text")]
STEPS = [text("step 0 step 1 step 2 "), end("text")]
NOT_A_STREAM = [error(None, "the body is not an event stream"), end("failed")]

READINGS: dict[str, Reading] = {
    "big_4k.txt": [text(("0123456789abcdef" * 256)[:4096]), end("text")],
    "client_left.txt": STEPS,
    "client_left.adk1.txt": STEPS,
    "client_left.session_after.json.txt": NOT_A_STREAM,
    "client_left.session_after.adk1.json.txt": NOT_A_STREAM,
    "crash.txt": [
        text("Working on it now."),
        error(None, "RuntimeError: tool backend went away"),
        end("broken-off"),
    ],
    "crash.adk1.txt": [text("Working on it now."), error(None, "tool backend went away"), end("broken-off")],
    "crash_at_once.txt": [error(None, "ValueError: could not start"), end("failed")],
    "crash_at_once.adk1.txt": [error(None, "could not start"), end("failed")],
    "empty.txt": [end("silent")],
    "error_after_text.txt": [
        text("The title was added."),
        text("I encountered a temporary issue. Please try again.", shown=False),
        error("UNKNOWN_ERROR", "post-processing hook failed"),
        end("text"),
    ],
    "error_event.txt": [error("RESOURCE_EXHAUSTED", "The model is overloaded."), end("failed")],
    "error_no_parts.txt": [error(None, "ValueError: No parts in the new_message."), end("failed")],
    "error_no_parts.adk1.txt": [error(None, "No parts in the new_message."), end("failed")],
    "final_only.txt": [text("One complete answer, no pieces."), end("text")],
    "llm_streaming_absent.txt": ADDING,
    "llm_streaming_false.txt": ADDING,
    "llm_streaming_true.txt": ADDING,
    "llm_streaming_true.adk1.txt": ADDING,
    "llm_streaming_true.adk1_plain.txt": ADDING,
    "long_running.txt": [call("generate_video"), text("I started a long job."), end("text")],
    "odd_fields.txt": [text("Here is a still."), end("text")],
    "partial_only.txt": [text("Pieces without a closing event."), end("text")],
    "refusal_not_json.txt": [error(422, "['body', 0]: JSON decode error"), end("failed")],
    "refusal_session_unknown.txt": [error(1002, "Session not found: no-such"), end("failed")],
    "refusal_user_id_missing.txt": [error(422, "['body', 'userId']: Field required"), end("failed")],
    "repeat.txt": [text("Done."), text("Done."), end("text")],
    "run_not_sse.json.txt": NOT_A_STREAM,
    "separators.txt": [text("line one\u2028line two\x85line three\u2029line four\nline five"), end("text")],
    "silence_3s.txt": [
        text("Starting the render of the raw clip."),
        text("The raw clip is ready."),
        end("text"),
    ],
    "text.txt": CITY,
    "text.adk1.txt": CITY,
    "text_and_call.txt": [text("I will cut the intro."), call("trim"), text("Done."), end("text")],
    "text_with_chunk_framing.txt": CITY,
    "thought.txt": [text("I picked slow cuts."), end("text")],
    "tools_only.txt": [call("add_title"), end("silent")],
    "tools_then_text.txt": [
        text("Let me add the music."),
        call("add_bgm"),
        text("Lo-fi music added at 35%."),
        end("text"),
    ],
    "two_authors.txt": [text("planner: one two."), text("editor: uno dos."), end("text")],
    "two_stage.txt": [
        call("generate_video"),
        text("The raw 10s clip is ready."),
        call("edit_timeline"),
        text("I also added music and a title."),
        end("text"),
    ],
    "unicode.txt": [text("视频已生成 🎬✨ — 点击导出。"), end("text")],
    "composed/business_error_in_stream.txt": [error(2001, "insufficient credits"), end("failed")],
    "composed/business_error_not_a_stream.json": [error(1001, "token expired"), end("failed")],
    "composed/crlf.txt": [text("First."), text("Second, no space after the colon."), end("text")],
    "composed/cut_in_json.txt": [text("Half "), end("disconnect")],
    "composed/heartbeats.txt": [text("Working on it."), end("text")],
    "composed/multi_line_data.txt": [text("Split over"), end("text")],
    "composed/no_last_blank_line.txt": [text("The last line has no blank line after it."), end("text")],
    "composed/typed_events.txt": [
        text("I will make the clip now."),
        call("generate_video"),
        text("The clip is ready."),
        end("text"),
    ],
}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def all_samples() -> set[str]:
    found = {path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "README.md"}
    return {path.relative_to(SAMPLES).as_posix() for path in found}
