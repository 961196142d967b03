"""Three ways to show a conversation in a terminal: live, beside a prompt, and as plain lines for a pipe."""

from __future__ import annotations

import re
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.live import Live
from rich.text import Text

from bots.adapter import Button, Post, Video
from bots.console import markup

NEEDLESS = frozenset({"edit", "delete"})
"""In a terminal one edits by typing, and a file is deleted as files are."""

_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
"""Writing without blanks between its words: a line may end after any character, as the terminal ends it by itself."""


class Buttons:
    """The buttons on the screen, by the number a person types."""

    def __init__(self) -> None:
        self._shown: dict[int, Button] = {}

    def put(self, post: Post) -> Text | None:
        """Number a post's buttons, replacing earlier numbers; return the line to print, None without buttons.

        A link that the words end in is not shown a second time.
        """
        wanted = tuple(
            button
            for button in post.buttons
            if button.action not in NEEDLESS and not (button.url and button.url in post.text)
        )
        pressable = [button for button in wanted if not button.url]
        if pressable:
            self._shown = dict(enumerate(pressable, 1))
        return markup.hints(wanted, 1) if wanted else None

    def get(self, number: int) -> Button | None:
        """Return the button with this number."""
        return self._shown.get(number)


class LiveScreen:
    """For `demo` and for a terminal without a prompt: the card is redrawn in place, with a bar."""

    def __init__(self, console: Console, buttons: Buttons, name: str = "From Music") -> None:
        self._console, self._buttons, self._name = console, buttons, name
        self._live: Live | None = None
        self._plain = ""

    def person(self, name: str, text: str, files: tuple[str, ...]) -> None:
        """Print what the person said, as the chat would show it."""
        line = Text(f"{name}  ", style="bold green")
        for file in files:
            line.append(f"🎵 {markup.clean(file)}  ", style="magenta")
        line.append(markup.clean(text))
        self._print(line)

    def reply(self, post: Post) -> None:
        """See Screen."""
        # Words wrap between words in a terminal; what a pipe reads is not wrapped at all.
        said = Text.assemble((f"{self._name}  ", "bold blue"), markup.words(post.text))
        unwrapped = not self._console.is_terminal or bool(_UNSPACED.search(post.text))
        self._console.print(said, soft_wrap=unwrapped, highlight=False)
        self._hint(post)

    def card(self, post: Post) -> None:
        """See Screen."""
        if not self._console.is_terminal:
            self._line(post)
            return
        if self._live is None:
            self._live = Live(console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        self._live.update(markup.card(post, self._console.width), refresh=True)
        if post.final:
            self.close()
            self._print(markup.words(post.text))

    def video(self, path: Path, video: Video, post: Post) -> None:
        """See Screen."""
        self._print(Text.assemble((f"{self._name}  ", "bold blue"), markup.words(post.text)))
        self._print(Text(f"   {path}", style="bold"))
        self._hint(post)

    def close(self) -> None:
        """Leave the terminal as it was found."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _line(self, post: Post) -> None:
        """In a pipe a card is a line for each new stage, not for each percent."""
        key = post.stage
        if key != self._plain:
            self._plain = key
            self._console.print(markup.words(post.text))

    def _hint(self, post: Post) -> None:
        # In a pipe, too: sentences speak of these buttons, a script presses them by number, and links are for people.
        hint = self._buttons.put(post)
        if hint is not None:
            self._print(Text("   ").append_text(hint))

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True, highlight=False)


class PromptScreen:
    """For `chat`: lines go above the prompt, the card lives in the bar below it."""

    def __init__(self, console: Console, buttons: Buttons, name: str = "From Music") -> None:
        self._lines, self._console = LiveScreen(console, buttons, name), console
        self._card: Post | None = None

    def person(self, name: str, text: str, files: tuple[str, ...]) -> None:
        """The prompt shows it already."""

    def reply(self, post: Post) -> None:
        """See Screen."""
        self._lines.reply(post)

    def card(self, post: Post) -> None:
        """See Screen."""
        self._card = None if post.final else post

    def video(self, path: Path, video: Video, post: Post) -> None:
        """See Screen."""
        self._lines.video(path, video, post)

    def toolbar(self) -> str:
        """The bar below the prompt."""
        post = self._card
        if post is None:
            return ""
        bar = ""
        if post.done is not None:
            filled = round(24 * post.done)
            bar = f"  {'█' * filled}{'░' * (24 - filled)}"
        line, facts = f"{markup.clean(post.text)}{bar}", markup.clean(" · ".join(post.facts))
        # What does not fit is cut off by the terminal, and the facts hold the sign of life of a long wait.
        parted = "   " if cell_len(f"{line}   {facts}") < self._console.width else "\n"
        return f"{line}{parted}{facts}" if facts else line
