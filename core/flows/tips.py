"""Which prompts are so vague that a tip helps (decisions 6). Pure."""

from __future__ import annotations

import re

_CONCRETE = re.compile(
    r"""\d|["“”「」『』《》«»‘’#]|https?://
    |title|artist|caption|subtitle|credit|text|lyric|colou?r|palette|bars?\b|background|beat|cuts?\b|visuali[sz]er|spectrum
    |waveform|vertical|portrait|landscape|square|wide|volume|loud|quiet|mute|trim|shorter|longer|faster|slower|second|minute
    |start|intro|outro|chorus|drop\b|end\b|fade|cover|undo|redo|red|orange|yellow|green|blue|cyan|purple|violet|pink|white
    |black|gold|dark|bright|neon|calm|energetic|night|sunset|ocean|city|forest
    |标题|歌名|字幕|文字|歌词|颜色|配色|柱|背景|节拍|卡点|剪辑|频谱|可视化|波形|竖|横|方形|音量|静音|截|剪|快|慢|秒|分钟|开头|结尾|副歌
    |淡|封面|撤销|重做|红|橙|黄|绿|蓝|青|紫|粉|白|黑|金|暗|亮|夜|日落|海|城市|森林
    |título|texto|color|barra|fondo|ritmo|corte|espectro|cuadrado|volumen|segundo|minuto|inicio|final|portada|deshacer
    |rojo|verde|azul|amarill|morad|rosa|negr|blanc|noche""",
    re.IGNORECASE | re.VERBOSE,
)
"""What says where, when, how much, or which look."""

_ASKS = re.compile(
    r"""\b(?:make|create|do|generate|build|turn|change|improve|edit|fix|give|want|need|surprise|haz|hazlo|crea|mejora|quiero)\b
    |做|弄|生成|制作|改|来个|来一个|搞""",
    re.IGNORECASE | re.VERBOSE,
)
_MOST_WORDS = 9
_MOST_CHARACTERS = 60


def vague(text: str) -> bool:
    """Whether a message asks for work and says nothing of what, where or when: "make something cool", "做个视频"."""
    if len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_WORDS:
        return False
    return bool(_ASKS.search(text)) and not _CONCRETE.search(text)
