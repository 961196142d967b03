"""Slash commands and the message menu, made from the registry of verbs; sent to Discord when they changed."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.discord import modals
from bots.discord.answers import may_use, not_allowed, whisper
from bots.discord.inbound import attachment, attachments, spoken, words
from bots.discord.limits import MAX_PROMPT
from bots.discord.memory import Memory
from bots.services import Services
from bots.settings import Settings
from bots.texts import Texts
from core import verbs
from core.messages import Attachment
from core.verbs import Argument, Verb

log = logging.getLogger(__name__)

PRIVATE = frozenset({"cancel", "language", "settings", "projects"}) | {verb.name for verb in verbs.VERBS if verb.reads}
"""Verbs whose words are for the person alone; cards and videos stand in the channel all the same."""

KEPT_S = 30 * 24 * 3600.0
"""After a month the commands are sent again, changed or not."""

MORE_FILES = 4
"""Files of one /video command beside the track. The form and a message take ten."""

LANGUAGES = {
    discord.Locale.chinese: "zh",
    discord.Locale.taiwan_chinese: "zh-TW",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
}
"""Discord's locales that get names of their own → our languages; all others see English."""

CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


class Taker(Protocol):
    """Takes a command once it is read."""

    async def take_command(
        self,
        interaction: discord.Interaction[Any],
        verb: str,
        *,
        text: str = "",
        args: Mapping[str, str] | None = None,
        files: tuple[Attachment, ...] = (),
        private: bool = False,
    ) -> None:
        """Acknowledge, keep, conclude."""
        ...


class FromTexts(app_commands.Translator):
    """Gives Discord our words for the names and descriptions of commands."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def translate(
        self, string: locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Return the word in this language, None where English will do."""
        key, language = string.extras.get("key"), LANGUAGES.get(locale)
        return self._texts.say(language, key) if key and language else None


class Tree(app_commands.CommandTree[Any]):
    """The commands. What fails is counted by the client and answered; nothing of it is logged raw."""

    def __init__(self, client: Any, settings: Settings, services: Services) -> None:
        super().__init__(client, allowed_contexts=CONTEXTS, allowed_installs=INSTALLS)
        self._settings, self._services = settings, services

    def _from_interaction(self, interaction: discord.Interaction[Any]) -> None:
        async def call() -> None:
            try:
                await self._told(interaction)
            except Exception as error:  # malformed, unknown, or a fault of ours: the client lives
                self.client.skipped("command", error)

        self.client.loop.create_task(call(), name="discord command")

    async def _told(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._call(interaction)
        except app_commands.AppCommandError as error:
            await self.on_error(interaction, error)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let only the people of the lists in."""
        if may_use(interaction, self._settings):
            return True
        guild, user = str(interaction.guild_id or ""), str(interaction.user.id)
        await whisper(interaction, not_allowed(self._services, spoken(interaction), guild, user))
        return False

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Tell the person that a command is not known (any more), or that it failed."""
        self.client.skipped("command", error)
        stale = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        key = "discord-old-command" if stale else "discord-failed"
        await whisper(interaction, self._services.texts.say(spoken(interaction), key))


def add_all(tree: Tree, taker: Taker, texts: Texts, me: Callable[[], int]) -> None:
    """Put every verb of the registry and the message menu into the tree."""
    for verb in verbs.VERBS:
        tree.add_command(command(verb, taker, texts))
    tree.add_command(menu(taker, texts, me))


def command(verb: Verb, taker: Taker, texts: Texts) -> app_commands.Command[Any, ..., None]:
    """Make a verb's slash command; its parameters are the verb's arguments."""
    arguments = [argument for argument in verb.arguments if argument.kind != "job"]  # no person types our ids

    async def callback(interaction: discord.Interaction[Any], **values: Any) -> None:
        files = tuple(attachment(one) for one in values.values() if isinstance(one, discord.Attachment))
        args = {name: value for name, value in values.items() if isinstance(value, str) and value.strip()}
        if verb.name == "video" and not files and not args:
            await modals.show(interaction, modals.new(texts, spoken(interaction)))
            return
        text = args.get("prompt", "")
        await taker.take_command(
            interaction, verb.name, text=text, args=args, files=files, private=verb.name in PRIVATE
        )

    _dress(callback, arguments, texts)
    return app_commands.Command(
        name=_named(texts, verb.name_key, verb.name),
        description=_named(texts, verb.about_key),
        callback=callback,
        allowed_contexts=CONTEXTS,
        allowed_installs=INSTALLS,
    )


def _dress(callback: Callable[..., Awaitable[None]], arguments: list[Argument], texts: Texts) -> None:
    """Give a callback the signature that the library reads a command's options from."""
    parameters = [inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    names, abouts, choices = {}, {}, {}
    for name, argument in _spread(arguments):
        default = inspect.Parameter.empty if argument.required else None
        parameters.append(
            inspect.Parameter(
                name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=_annotation(argument)
            )
        )
        key = f"discord-option-{argument.name if name == argument.name else 'file'}"
        names[name] = _named(texts, key, name) if name == argument.name else locale_str(name)
        abouts[name] = _named(texts, f"{key}-about")
        if argument.choices:
            choices[name] = [_choice(texts, argument, value) for value in argument.choices]
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    if names:
        app_commands.rename(**names)(callback)
        app_commands.describe(**abouts)(callback)
        app_commands.choices(**choices)(callback)


def _spread(arguments: list[Argument]) -> list[tuple[str, Argument]]:
    """Name the options; a file is offered several times, the others last."""
    more = [(f"file{n}", one) for one in arguments if one.kind == "file" for n in range(2, MORE_FILES + 2)]
    return [*((argument.name, argument) for argument in arguments), *more]


def _annotation(argument: Argument) -> Any:
    kind: Any = str if argument.choices else app_commands.Range[str, 1, MAX_PROMPT]
    if argument.kind == "file":
        kind = discord.Attachment
    return kind if argument.required else kind | None


def _choice(texts: Texts, argument: Argument, value: str) -> app_commands.Choice[str]:
    key = f"discord-{argument.name}-{value.replace(':', 'x')}"
    return app_commands.Choice(name=_named(texts, key), value=value)


def _named(texts: Texts, key: str, name: str | None = None) -> locale_str:
    return locale_str(name or texts.say("en", key), key=key)


def menu(taker: Taker, texts: Texts, me: Callable[[], int]) -> app_commands.ContextMenu:
    """The menu of a message: a video from its files and words, whoever posted it. Needs no intent."""

    async def callback(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        files = attachments(message)
        text = words(message, me())
        if not files and not text:
            await whisper(interaction, texts.say(spoken(interaction), "discord-no-track-there"))
            return
        args = {"prompt": text} if text else {}
        await taker.take_command(interaction, "video", text=text, args=args, files=files)

    callback.__annotations__ = {"interaction": discord.Interaction, "message": discord.Message}
    return app_commands.ContextMenu(
        name=_named(texts, "discord-menu"),
        callback=callback,
        type=discord.AppCommandType.message,
        allowed_contexts=CONTEXTS,
        allowed_installs=INSTALLS,
    )


async def sync(tree: Tree, notes: Memory) -> bool:
    """Send the commands to Discord if they are not those that were sent last; returns whether they were sent.

    What Discord answers with is not read: that it took them is all there is to know.

    Raises:
        discord.HTTPException: Discord refused them.
    """
    translator = tree.translator
    payload = [
        await (one.get_translated_payload(tree, translator) if translator else _plain(one, tree))
        for one in tree.get_commands()
    ]
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    application = tree.client.application_id
    key = f"discord:commands:{application}"
    if await notes.get(key) == digest:
        return False
    await tree.client.http.bulk_upsert_global_commands(application, payload=payload)
    await notes.put(key, digest, KEPT_S)
    log.info("sent %s commands to Discord", len(payload))
    return True


async def _plain(one: Any, tree: Tree) -> dict[str, Any]:
    return dict(one.to_dict(tree))
