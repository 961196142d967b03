"""The timeline as the backend keeps it: summary, difference, readiness. Pure, and calm whatever the draft holds.

nouns.py    Draft, Track, Segment, Summary, Change
reading.py  a draft → what it holds; ready or not; a digest
compare.py  two drafts → Changes
spelling.py seconds, percent, lines of a timeline for the words of any language
"""

from core.draft.compare import compare
from core.draft.nouns import Change, Draft, Segment, Summary, Track
from core.draft.reading import digest, ready, summarise
from core.draft.spelling import Line, Piece, in_english, percent, seconds, timeline_lines

__all__ = [
    "Change",
    "Draft",
    "Line",
    "Piece",
    "Segment",
    "Summary",
    "Track",
    "compare",
    "digest",
    "in_english",
    "percent",
    "ready",
    "seconds",
    "summarise",
    "timeline_lines",
]
