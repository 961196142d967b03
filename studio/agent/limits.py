"""What this studio cannot do, as forms of words, so that it can say so; each names a sentence note-cannot-…. Pure."""

# ruff: noqa: E501 - a form is one line

from __future__ import annotations

from studio.agent.phrases import TIME

_SOME = r"(?:\b(?:add|put|with|want|use|do|make|give|show|have|need|some|a|an|the|it|lots?\s+of|slow|slight|cool|little|más|añade|con|pon)\s+|[加来要带做用放]|一[点些个]|点|些)*"
_EFFECT = (
    r"(?:\b(?:snow(?:fall|flakes?)?|rain(?:drops|ing)?|glitch(?:y|es)?|shak(?:e|es|ing|y)|zoom(?:s|ing)?|vhs|crt|retro|vintage|film\s+grain|grain(?:y)?|noise|scanlines?|chromatic\s+aberration"
    r"|particles?|sparkles?|sparks|confetti|glitter|smoke|fog|lightning|lens\s+flares?|flares?|strobe(?:s|\s+lights?)?|flash(?:es|ing)?(?:\s+lights?)?|slow[\s-]?mo(?:tion)?|transitions?|3d|blur(?:red|ry)?(?:\s+the\s+\w+)?|filters?|overlays?|effects?|fx"
    r"|nieve|lluvia|part[íi]culas|humo|efectos?|destellos)\b"
    r"|雪花|下雪|飘雪|下雨|雨滴|故障|抖动|震动|摇晃|闪一下|闪光|闪烁|镜头(?:拉近|推进|缩放)|推镜|缩放|变焦|胶片(?:质感)?|复古|VHS|粒子|烟雾|火花|特效|动效|(?<!不要)(?<!去掉)(?<!关闭)(?<!取消)转场(?!再|更|快|慢|密|少)|慢动作|慢镜头|滤镜|模糊|光晕|噪点|3d)"
)
_KIND = r"(?:\s*(?:\b(?:effects?|look|vibes?|style|filters?|overlay|transitions?|in|out)\b|效果|特效|质感|感觉|风格?|一下|感))*"
_ON_IT = r"(?:\s+(?:on|at|in|to|with)\s+(?:the\s+|each\s+|every\s+|a\s+)?(?:drops?|beats?|kicks?|snares?|bass|chorus|window|music)\b)?"
SECTION = r"(?:pre-?chorus|chorus|hook|drop|verse(?:\s*\d)?|bridge|breakdown|climax|highlight|(?:best|catchiest|coolest|loudest)\s+(?:part|bit|section)|middle(?!\s+of\s+the\s+(?:screen|picture|video))|estribillo|mejor\s+parte|副歌|主歌|高潮|精彩(?:部分|片段)|最[好燃炸]的?(?:部分|地方)|中间(?:部分|那段)?)"
_THING = r"(?:(?:the\s+|my\s+)?(?:titles?|texts?|fonts?|letters|lettering|words|captions?|name|artist(?:\s+name)?|bars?|cover(?:\s+art)?|picture|logo|everything)|标题|文字|字体?|歌手名?|歌名|封面|柱子|频谱|texto|letra|título|barras)"
_BIGGER = r"(?:(?:bigger|larger|smaller|huge|tiny|bolder?|italic|centered|thicker|thinner|wider|taller|rounder|rounded|mirrored|spinning|rotat(?:e|ing)|higher|más\s+(?:grande|pequeñ[oa]))\b)"
_PLACE = r"(?:(?:top|bottom|left|right|center|centre|middle|corner|upper|lower|side)\b)"

LIMITS: tuple[tuple[str, str], ...] = (
    (r"(?:https?://)?(?:www\.)?(?:youtube|youtu\.be|spotify|soundcloud|apple\s+music|bilibili|网易云|qq音乐|油管)(?:\.\w+)?/\S+|\b(?:import|download|fetch|grab|get|take|use|pull|rip|song)\b[^.,;!?\n]{0,40}?\b(?:from\s+)?(?:youtube|spotify|soundcloud|apple\s+music|tiktok|bilibili)\b|\b(?:youtube|spotify|soundcloud|bilibili)\s+(?:link|url|song|track|playlist)\b|(?:从|用|下载|导入)[^.,;!?\n]{0,12}(?:网易云|qq音乐|油管|抖音|bilibili|B站|youtube|spotify)[^.,;!?\n]*", "import"),
    (r"(?:add|show|display|create|with|make|generate|do|加|显示|配|生成|带)?\s*(?:the\s+|a\s+)?(?:synced\s+|karaoke[\s-]+)?(?:lyrics?(?:\s+video)?|karaoke|subtitles(?!\s*[:\ue000])|歌词(?:视频)?|卡拉ok|letra\s+de\s+la\s+canci[óo]n|(?<!片尾)字幕)", "lyrics"),
    (r"(?:(?:slow|speed)\s+(?:down|up)?\s*(?:the\s+)?(?:intro|song|music|track|tempo|audio|outro|chorus)(?:\s+(?:down|up))?(?:\s+(?:by\s+)?[\d.]+\s?[x%])?|change\s+the\s+(?:tempo|key|pitch)|\b(?:nightcore|sped\s+up|slowed)\b(?:\s+version)?|\bpitch\s+(?:it|the\s+\w+)?\s*(?:up|down)|把(?:开头|音乐|歌|歌曲|结尾|副歌)(?:放慢|加速|变慢|变快)|变速|变调|升调|降调)", "tempo"),
    (r"(?:white\s+balance|balance\s+the\s+audio(?:\s+levels?)?[^.,;!?\n]*|equali[sz]e\s+the\s+audio|(?:remove|isolate|boost|add|more|less)\s+(?:the\s+)?(?:vocals?|drums?|bass|treble|reverb|echo|delay|autotune)|\bmaster(?:ing)?\s+(?:it|the|my|this)\b[^.,;!?\n]{0,12}|平衡[^.,;!?\n]*音量|白平衡|人声分离|去(?:掉)?人声|(?:加重|加强|增强)低音|低音[^.,;!?\n]{0,4}(?:重|强)|加?混响|母带)", "mix"),
    (r"(?:(?:add|with|a|can|the\s+\w+)\s+)*\bfad(?:e|ing)\b[\s-]*(?:in|out)?|淡[入出]", "fade"),
    (r"(?:make\s+it\s+)?\bloop(?:s|ed|ing)?\b|循环(?:播放)?", "loop"),
    (r"(?:(?:stock|real)\s+footage|(?:film|footage|clips?|scenes?|shots?|pictures?|images?)\s+of\s+(?!(?:me|the\s+(?:song|track|music)|this|it|my|mine)\b|\d)[^.,;!?\n]+|generate\s+(?:a\s+)?(?:clip|footage|image|scene)[^.,;!?\n]*|\b(?:ai[\s-]+generated|(?:use|using|with)\s+ai)\b[^.,;!?\n]*|(?:生成|做)一?[个段]?[^.,;!?\n]{0,12}(?:画面|镜头|片段))", "footage"),
    (r"(?:\b(?:an?|the|with|put|add)\s+)*(?:\b(?:anime|manga|cartoons?|starfields?|stick\s*figures?)\b(?:\s+(?:style|visuals?|characters?|look))?|\b(?:galaxy|space|stars?|city|beach|forest|mountain|nature|sky)\s+(?:background|scenes?|visuals?|footage))(?:\s+(?:dancing|walking))?|(?:\b(?:an?|the|with|put|add)\s+)+(?:\w+\s+)?(?:cats?|dogs?|person|girl|guy|man|woman|people|characters?|car)\b|(?:星空|宇宙|城市|海滩|动漫|卡通|人物|风景)(?:背景|画面|风格?|跳舞|人物)?", "footage"),
    (r"(?:(?:add|put|show|display|加|放|来|with)\s*)?(?:\b(?:a|an|the|my|our|some)\s+)?(?:\b(?:emojis?|stickers?|gifs?|download\s+icon|(?:subscribe|follow|like)\s+button|icons?|qr\s*code|logo|progress\s+(?:status\s+)?bar|status\s+bar)\b|贴纸|表情|进度条|二维码|图标|logo|标志)(?:\s*(?:in|at|on)\s+(?:the\s+)?(?:\w+\s+)?(?:corner|top|bottom|end|screen)\b)?", "stickers"),
    # how big, where, which font
    (rf"(?:make\s+|把)?{_THING}\s*(?:(?:a\s+bit|much|is|are|be|should\s+be|再|更|要|弄|调)\s*)*(?:{_BIGGER}|[大小粗细高宽](?!声)(?:一?点儿?|一?些)|放大|缩小|加粗|转起来|旋转|居中)", "layout"),
    (rf"{_BIGGER}\s+(?:in\s+the\s+\w+\s+)?{_THING}|(?:add|with|write)?\s*(?:in\s+)?(?:big|large|small|huge|tiny)\s+(?:letters|text|font|words)|(?:change|different|other|another|new|nicer|cooler|better|handwritten|thicker|more|round(?:ed)?|mirror(?:ed)?)\s+(?:the\s+)?(?:font|typeface|bars)(?!\s*(?:to\b|colou?r))(?:\s+instead)?|换一?[个种]?字体|字体换[^.,;!?\n]*", "layout"),
    (rf"(?:(?:move|place|put|align|show|center|centre)\s+(?:{_THING}|it)|{_THING}|below|under(?:neath)?)\s*(?:a\s+bit\s+)?(?:(?:to|at|in|on|into)\s+)?(?:the\s+|be\s+)?(?:upper\s+|lower\s+|top\s+|bottom\s+)?{_PLACE}|(?:center|centre|mirror|rotate|spin)\s+{_THING}|(?:under|below|above|next\s+to)\s+(?:the\s+)?(?:title|artist|cover|name)\b|(?:把|将)?{_THING}\s*(?:放|移|挪|摆)到?在?(?:大一?点|小一?点|[上下左右中](?:面|边|间|方|角)[上下左右中角]*|角落)", "layout"),
    (r"(?:\b(?:really\s+)?(?:big|huge|large|tiny|small)\s+)?\b(?:in|at|to|on)\s+the\s+(?:middle|cent(?:er|re)|(?:(?:upper|lower|top|bottom)\s+)?(?:left|right|top|bottom|corner)(?:\s+(?:corner|side))?)\b(?:\s+of\s+the\s+(?:screen|video|picture))?", "layout"),
    (r"(?:在|放在?)?(?:画面)?(?:[左右][上下]|[上下左右])角|(?:放|移)?在?(?:正中间|最下面|最上面|底部|顶部)", "layout"),
    # another visualizer
    (r"(?:\b(?:use|want|with|add|show|make\s+it|as|like|an?|the|some|simple|thin|spinning)\s+)*(?:\b(?:waveform|sine\s+wave|wave|circles?|ring|line|dots|particles?|cinema|tunnel|sphere|orb)\s+(?:(?:visuali[sz]er|spectrum|style|look)\b|instead\b)|\b(?:thin|single|simple)\s+(?:\w+\s+)?(?:line|wave(?:form)?)\b|\b(?:circular|radial|spectrum\s+(?:circle|ring)|oscilloscope|sine\s+wave|vinyl(?:\s+record)?|sphere|orb|spinning\s+record)\b(?:\s+(?:visuali[sz]er|spectrum|style|look|bars))?)(?:\s+(?:look|(?:instead\s+)?of\s+(?:the\s+)?(?:bars|spectrum)|instead|in\s+the\s+(?:middle|center|centre)))*|\b(?:use|want|with|add|show)\s+(?:an?\s+)?(?:waveform|circle|ring)\b(?!\s+in\b)", "style"),
    (r"(?:不要柱子?,?\s*)?(?:(?:要|用|换成|改成)(?:个|一个)?(?:波形|线条|圆环|圆形)(?!的?(?:颜色|改))|(?:旋转的?|转动的?)?(?:唱片|黑胶)|圆形的?(?:频谱|可视化)|环形的?(?:频谱|可视化)?|示波器)", "style"),
    # a picture that cannot be so
    (r"(?:(?:make\s+it\s+)?(?:much\s+|a\s+bit\s+|more\s+)?\b(?:brighter|lighter|more\s+(?:colou?rful|contrast|saturat\w+)|colou?rful|pastel|rainbow|transparent|green\s*screen|iridescent)\b(?:\s+(?:colou?rs?|bars|backgrounds?|tones?|palette))?|\b(?:too|so)\s+(?:dark|dull|dim)\b|(?<!画面)太[暗黑]|亮一?[点些]|更亮|彩虹色?|透明|绿幕|背景透明|更?鲜艳|马卡龙色?|对比度|饱和度)", "light"),
    (r"(?:(?:export|render|make|in|can|it)\s+)*(?:\b(?:4k|8k|2k|uhd|1440p|2160p|1080p|720p|full\s?hd|higher\s+(?:quality|resolution)|\d{2,3}\s?fps)\b|高清|超清|\d{2,3}帧|4k)(?:\s+please)?", "quality"),
    (rf"\bboth\s+\d+:\d+[^.,;!?\n]*|\b16:9\s+and\s+9:16|\b9:16\s+and\s+16:9|\b(?:both\s+(?:vertical|square|landscape|horizontal)|(?:two|2|three|3|several|multiple)\s+(?:videos|versions|clips))\b[^.;!?\n]{{0,40}}|and\s+a\s+{TIME}\s+version|(?:两|三|几|2|3)个(?:视频|版本)", "versions"),
    (rf"\b(?:faster|slower|calmer|louder|quieter)\s+(?:\w+\s+)?(?:on|in|at|during)\s+the\s+(?:{SECTION}|intro|outro)\b", "section"),
    (r"(?:(?:trim|cut|remove|skip)\s+(?:out\s+|off\s+)?(?:the\s+)?silences?(?:\s+at\s+the\s+(?:start|end))?|去掉(?:开头|结尾)?的?(?:静音|空白))", "section"),
    (rf"(?:(?:just|only|use|with|take|keep|from|want|need|show|start\s+(?:at|from|with)|cut\s+(?:out|to)|trim\s+to|remove|skip|solo|usa|drop)\s+)+(?:(?:the|my|a|el|la)\s+)*(?:{SECTION}|intro|outro)\b(?!\s*{TIME})(?:\s+(?:part|section|bit|only|please))*|(?<!on\s)(?<!on\sthe\s)(?<!at\sthe\s)(?<!in\sthe\s)\b(?:{SECTION})\s+only\b|\d+\s+(?:seconds|s|sec)\s+from\s+the\s+middle|(?:只要|只用|用|只留|截取|要|剪)?(?:副歌|高潮|主歌|精彩)(?:部分|片段|那段|就行|即可)*", "section"),
    (r"(?:(?<![\ds]\s)\b(?:make\s+it\s+|a\s+bit\s+)?(?:shorter|longer)\b(?!\s+(?:title|text))|\btoo\s+(?:long|short)\b|(?:再|太)[短长](?:一?[点些]|了)?|[短长]一?[点些])", "length"),
    (r"\bmake\s+(?:the\s+)?(?:background|bg)\s+(?:blurry|blurred)\b", "effects"),
    (rf"{_SOME}{_EFFECT}(?:{_KIND})(?:{_ON_IT})|画面[^.,;!?\n]{{0,8}}(?:抖|震)动?", "effects"),
)  # fmt: skip
