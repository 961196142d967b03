"""Message → Plan: what a message asks for, in the order to do it (nemovideo-api §7.1). Pure and deterministic.

words.py     the written words, folded, with quotes and titles covered
rules.py     the tables of `tables/`, compiled
bags.py      clauses of known words only, in any order and mix of languages
clauses.py   clauses, and which of them are ours, idle, or the agent's
addresses.py web addresses, and which of them are media to pull in
plans.py     clauses → Intents
verbs        (core.verbs) slash commands and buttons, which win over all words
"""

from core.router.plans import Explanation, Reason, explain, plans_from_json_lines, route
from core.router.rules import read_tables

__all__ = ["Explanation", "Reason", "explain", "plans_from_json_lines", "read_tables", "route"]
