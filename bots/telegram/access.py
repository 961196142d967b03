"""Who may use the bot: plain lists by setting (decisions 17). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bots.services import Access


def may_use(
    chat_ids: Sequence[str], person_id: str, *, chats: Sequence[str], users: Sequence[str], costs_money: bool
) -> Access:
    """Return whether this person may talk to the bot in this chat.

    Args:
        chat_ids: The chat's id, and the id it had before it became a supergroup.
        chats: TELEGRAM_CHATS. A chat that is named lets everybody in it speak.
        users: TELEGRAM_USERS. A person who is named may speak everywhere.
        costs_money: A NEMO_TOKEN is configured: without any list nobody is let in, else everybody is.
    """
    if not chats and not users:
        return "no" if costs_money else "yes"
    return "yes" if person_id in users or any(chat in chats for chat in chat_ids) else "no"
