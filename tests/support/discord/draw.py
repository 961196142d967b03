"""Draw Discord messages as a picture, to be looked at: `python -m tests.support.discord.draw messages.json out.png`.

Not a copy of the real client: enough of its layout to judge wording, length and order.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import manimgx_fonts
import manimgx_fonts_cjk
from PIL import Image, ImageDraw, ImageFont

WIDTH, PAD, GAP = 620, 16, 8
PAGE, BOX, EDGE, TEXT, FAINT, LINK = "#313338", "#2b2d31", "#3f4147", "#dbdee1", "#949ba4", "#00a8fc"
STYLES = {1: "#5865f2", 2: "#4e5058", 3: "#248046", 4: "#da373c", 5: "#4e5058"}
WORDS = next(Path(manimgx_fonts_cjk.__file__).parent.rglob("*.[ot]t[fc]"))
SIGNS = next(Path(manimgx_fonts.__file__).parent.rglob("NotoEmoji*"))
SIGN = re.compile("([\U0001f300-\U0001faff\u2600-\u27bf\u23e9-\u23fa]\ufe0f?)")
REGULAR, BOLD = 400, 700


def font_of(path: Path, size: int, weight: int = REGULAR) -> ImageFont.FreeTypeFont:
    """One of the two variable fonts."""
    font = ImageFont.truetype(str(path), size)
    font.set_variation_by_axes([weight])
    return font


class Page:
    """A column that grows downwards."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, 2400), PAGE)
        self.draw = ImageDraw.Draw(self.image)
        self.y = PAD

    def words(self, text: str, x: int = PAD, width: int = WIDTH - 2 * PAD) -> None:
        for written in text.split("\n"):
            line, (size, colour, bold) = written, (16, TEXT, False)
            for mark, look in (("### ", (19, "#f2f3f5", True)), ("-# ", (13, FAINT, False))):
                if line.startswith(mark):
                    line, (size, colour, bold) = written.removeprefix(mark), look
            if line.startswith("**"):
                bold = True
            plain = re.sub(r"\\([^A-Za-z0-9\s])", r"\1", line.replace("**", ""))
            self._wrapped(plain, x, width, size, LINK if plain.startswith("http") else colour, bold)

    def _wrapped(self, text: str, x: int, width: int, size: int, colour: str, bold: bool) -> None:
        font = font_of(WORDS, size, BOLD if bold else REGULAR)
        row = ""
        for piece in re.findall(r"[\x21-\x7e\u00a0-\u2fff]+|\s+|.", text) or [""]:
            if self.draw.textlength(row + piece, font) > width:
                self._row(row, x, font, colour)
                row = ""
            row += piece if row or not piece.isspace() else ""
        self._row(row, x, font, colour)

    def _row(self, row: str, x: float, font: ImageFont.FreeTypeFont, colour: str) -> None:
        if row.startswith(("▰", "▱")):  # cells the font does not have
            for cell in re.match("[▰▱]*", row).group():  # type: ignore[union-attr]
                self.draw.rectangle((x, self.y + 6, x + 10, self.y + 18), STYLES[1] if cell == "▰" else EDGE)
                x += 13
            row = row.lstrip("▰▱")
        signs, line = font_of(SIGNS, int(font.size)), self.y + font.size * 1.12
        for n, run in enumerate(SIGN.split(row)):  # words and signs take turns
            with_font, spelled = (signs, run[:1]) if n % 2 else (font, run)
            self.draw.text((x, line), spelled, font=with_font, fill=colour, anchor="ls")
            x += self.draw.textlength(spelled, with_font)
        self.y += int(font.size * 1.45)

    def buttons(self, row: list[dict[str, Any]], x: int = PAD) -> None:
        font = font_of(WORDS, 14)
        for one in row:
            label = one.get("label", "") + (" ↗" if one.get("url") else "")
            wide = int(self.draw.textlength(label, font)) + 32
            if x + wide > WIDTH - PAD:
                x, self.y = PAD * 2, self.y + 40
            self.draw.rounded_rectangle((x, self.y, x + wide, self.y + 32), 8, STYLES[one.get("style", 2)])
            self.draw.text((x + 16, self.y + 6), label, font=font, fill="white")
            x += wide + GAP
        self.y += 40

    def parts(self, components: list[dict[str, Any]], x: int = PAD) -> None:
        for part in components:
            match part["type"]:
                case 17:
                    top = self.y
                    self.y += PAD
                    self.parts(part["components"], x + PAD)
                    self.draw.rounded_rectangle((x, top, WIDTH - PAD, self.y + GAP), 8, outline=EDGE)
                    self.draw.rectangle(
                        (x, top + 4, x + 3, self.y + GAP - 4), fill=f"#{part.get('accent_color') or 0:06x}"
                    )
                    self.y += PAD
                case 10:
                    self.words(part["content"], x)
                case 14:
                    self.draw.line((x, self.y + 6, WIDTH - 2 * PAD, self.y + 6), fill=EDGE)
                    self.y += 16
                case 1:
                    self.buttons(part["components"], x)


def draw(*messages: dict[str, Any]) -> Image.Image:
    """Draw messages below each other."""
    page = Page()
    for message in messages:
        name = message["author"].get("global_name") or message["author"]["username"]
        page.words(f"**{name}**")
        text = message["content"]
        for user in message["mentions"]:
            text = text.replace(f"<@{user['id']}>", f"@{user['global_name']}")
        if text:
            page.words(text)
        for file in message["attachments"]:
            page.draw.rounded_rectangle((PAD, page.y, PAD + 320, page.y + 60), 8, BOX, EDGE)
            page.draw.text((PAD + 12, page.y + 20), f"▶ {file['filename']}", fill=TEXT, font=font_of(WORDS, 14))
            page.y += 68
        page.parts(message["components"])
        page.y += GAP
    return page.image.crop((0, 0, WIDTH, page.y + PAD))


if __name__ == "__main__":
    source, out = sys.argv[1:3]
    told = json.loads(Path(source).read_text("utf-8"))
    draw(*(told if isinstance(told, list) else [told])).save(out)
