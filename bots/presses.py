"""A pressed button → the message it stands for. Pure."""

from __future__ import annotations

from dataclasses import replace

from bots.services import JobView
from core.messages import Message

ASPECTS = {"aspect-9x16": "9:16", "aspect-1x1": "1:1", "aspect-16x9": "16:9"}
"""Buttons of shapes; which two of them a video gets, tells `bots.presenter.other_shapes`."""


def pressed(action: str, view: JobView, message: Message) -> Message | None:  # noqa: PLR0911 - one case an action
    """A button as a message: the same verbs that words and slash commands reach; None for an action nobody knows."""
    base = replace(message, channel=view.channel, attachments=())
    match action:
        case "export":
            return replace(base, verb=action, text="", args={})
        case "cancel" | "status":
            return replace(base, verb=action, text="", args={"job": view.id})
        case "retry" if view.facts.get("at") == "export":
            # The words were heard, and may have been paid for: only the render is tried again.
            return replace(base, verb="export", text="", args={"job": view.id} if view.facts.get("url") else {})
        case "retry" | "again":
            origin = view.message
            heard_files = action == "retry" and view.facts.get("at") == "chat" and origin.text.strip()
            return replace(
                origin,
                id=message.id,
                person=message.person,
                reply=message.reply,
                sent_at_s=message.sent_at_s,
                attachments=() if heard_files else origin.attachments,
            )
        case "edit":
            verb = "edit" if message.text.strip() else "ask"
            return replace(base, verb=verb, args={"text": message.text} if message.text.strip() else {})
        case "follow-up":
            offer = view.facts.get("offer")
            return replace(base, verb="edit", text=str(offer), args={"text": str(offer)}) if offer else None
        case "deliver":
            return replace(base, verb="export", text="", args={"job": view.id})
        case _ if action in ASPECTS:
            return replace(base, verb="format", text="", args={"aspect": ASPECTS[action]})
    return None
