"""What the studio remembers: users, sessions, media, runs, renders, in one SQLite file, written by one thread."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")
VERSION = 1
HISTORY = 100  # drafts kept for undo
WINDOW_S = 7 * 86_400  # the limits of anonymous tokens (docs/nemovideo-api.md §3.1)

SCHEMA = """
CREATE TABLE users (id TEXT PRIMARY KEY, anonymous INTEGER NOT NULL, may_export INTEGER NOT NULL,
  available INTEGER NOT NULL, frozen INTEGER NOT NULL DEFAULT 0, created_s REAL NOT NULL);
CREATE TABLE tokens (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES users,
  name TEXT NOT NULL, scopes TEXT NOT NULL, anonymous INTEGER NOT NULL, created_s REAL NOT NULL,
  expires_s REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE grants (client TEXT NOT NULL, address TEXT NOT NULL, at_s REAL NOT NULL);
CREATE INDEX grants_at ON grants (at_s);
CREATE TABLE sessions (id TEXT PRIMARY KEY, task_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES users,
  name TEXT NOT NULL, language TEXT NOT NULL, created_s REAL NOT NULL, touched_s REAL NOT NULL,
  cursor INTEGER NOT NULL DEFAULT 0, waiting TEXT NOT NULL DEFAULT '[]', seen_audio TEXT NOT NULL DEFAULT '');
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE drafts (session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, n INTEGER NOT NULL,
  draft TEXT NOT NULL, PRIMARY KEY (session_id, n)) WITHOUT ROWID;
CREATE TABLE claims (hash TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
  expires_s REAL NOT NULL);
CREATE TABLE media (id TEXT PRIMARY KEY, link TEXT NOT NULL UNIQUE, session_id TEXT NOT NULL REFERENCES sessions
  ON DELETE CASCADE, n INTEGER NOT NULL, kind TEXT NOT NULL, filename TEXT NOT NULL, path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, info TEXT NOT NULL, hidden INTEGER NOT NULL,
  created_s REAL NOT NULL);
CREATE INDEX media_session ON media (session_id, n);
CREATE TABLE runs (id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
  user_id TEXT NOT NULL, state TEXT NOT NULL, price INTEGER NOT NULL, started_s REAL NOT NULL, ended_s REAL);
CREATE UNIQUE INDEX one_run ON runs (session_id) WHERE state = 'open';
CREATE TABLE renders (key TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, id TEXT NOT NULL,
  session_id TEXT NOT NULL, body TEXT NOT NULL, job TEXT NOT NULL, link TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
  progress REAL NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '{}',
  created_s REAL NOT NULL, ended_s REAL, UNIQUE (user_id, id));
CREATE INDEX renders_status ON renders (status, created_s);
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token's owner and what the token may do."""

    user_id: str
    token_id: str
    scopes: frozenset[str]
    anonymous: bool
    may_export: bool

    def may(self, scope: str) -> bool:
        """Whether the token has this scope."""
        return "*" in self.scopes or scope in self.scopes


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits: free ones, and those held for work in progress."""

    available: int
    frozen: int


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it; the secret itself is not kept."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_s: float
    expires_s: float
    revoked: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One project. `waiting` are instructions given before there was a track."""

    id: str
    task_id: str
    user_id: str
    name: str
    language: str
    draft: dict[str, Any]
    cursor: int
    newest: int
    waiting: tuple[str, ...]
    seen_audio: str


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file, or a cover taken out of one (`hidden`). `info` holds what could be measured."""

    id: str
    link: str
    kind: str
    filename: str
    path: Path
    size_bytes: int
    sha256: str
    info: dict[str, Any]
    hidden: bool = False


Status = Literal["pending", "processing", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Render:
    """An export. `key` names it inside the studio, `id` is the client's, `link` is the unguessable part of its URL."""

    key: str
    user_id: str
    id: str
    session_id: str
    body: str
    job: dict[str, Any]
    link: str
    status: Status
    progress: float
    error: str
    result: dict[str, Any]
    created_s: float
    ended_s: float | None

    @property
    def over(self) -> bool:
        """Nothing will change any more."""
        return self.status in ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Granted:
    """A new anonymous user with a token; `token` is shown once and never kept."""

    token: str = field(repr=False)
    user_id: str
    credits: int
    expires_s: float


def digest(secret: str) -> str:
    """How tokens are kept: SHA-256, which is enough for random strings of 32 characters and more."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(prefix: str = "nmv_usr_") -> str:
    """A token with 43 random URL-safe characters."""
    return prefix + secrets.token_urlsafe(32)


def new_number() -> str:
    """An id as the original shows them: a long decimal number, as text."""
    return str(10**18 + secrets.randbelow(9 * 10**18))


class Store:
    """The database. Every method is one transaction on the writer thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "studio-store")
        self._db: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or make the file. Raises sqlite3.Error, OSError."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    def _open(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            db.close()
            raise sqlite3.DatabaseError("the database was written by a newer studio")
        if version == 0:
            db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        self._db = db
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        if self._db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
            self._db = None
        self._thread.shutdown()

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def transaction() -> T:
            db = self._db
            if db is None:
                raise sqlite3.ProgrammingError("the store is closed")
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            return result

        # Shielded: a client that leaves must not leave half-known work behind.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, transaction))

    # --- users and tokens -------------------------------------------------------------------------------------------

    async def grant(
        self,
        client: str,
        address: str,
        now_s: float,
        *,
        life_s: float,
        credits_: int,
        per_client: int,
        per_address: int,
    ) -> Granted | None:
        """Make an anonymous user with a token; None when one of the limits of seven days is reached (0: no limit)."""
        token, user = new_token(), f"anon_{secrets.token_hex(12)}"
        client_hash, address_hash = digest(client), digest(address)

        def work(db: sqlite3.Connection) -> Granted | None:
            db.execute("DELETE FROM grants WHERE at_s < ?", (now_s - WINDOW_S,))
            for column, value, limit in (("client", client_hash, per_client), ("address", address_hash, per_address)):
                count = db.execute(f"SELECT count(*) FROM grants WHERE {column} = ?", (value,)).fetchone()[0]  # noqa: S608
                if limit and count >= limit:
                    return None
            db.execute("INSERT INTO grants VALUES (?, ?, ?)", (client_hash, address_hash, now_s))
            db.execute("INSERT INTO users VALUES (?, 1, 1, ?, 0, ?)", (user, credits_, now_s))
            _insert_token(db, token, user, "anonymous", ("read", "write", "upload"), True, now_s, now_s + life_s)
            return Granted(token, user, credits_, now_s + life_s)

        return await self._do(work)

    async def add_user(self, *, credits_: int, now_s: float, life_s: float, may_export: bool = True) -> Granted:
        """Make a registered user with a token that may do everything."""
        token, user = new_token(), f"user_{secrets.token_hex(12)}"

        def work(db: sqlite3.Connection) -> Granted:
            db.execute("INSERT INTO users VALUES (?, 0, ?, ?, 0, ?)", (user, int(may_export), credits_, now_s))
            _insert_token(db, token, user, "first", ("*",), False, now_s, now_s + life_s)
            return Granted(token, user, credits_, now_s + life_s)

        return await self._do(work)

    async def caller(self, token: str, now_s: float) -> Caller | None:
        """Whose token this is; None if it is unknown, expired or revoked."""

        def work(db: sqlite3.Connection) -> Caller | None:
            row = db.execute(
                "SELECT t.id, t.user_id, t.scopes, u.anonymous, u.may_export FROM tokens t"
                " JOIN users u ON u.id = t.user_id WHERE t.hash = ? AND t.expires_s > ? AND NOT t.revoked",
                (digest(token), now_s),
            ).fetchone()
            if row is None:
                return None
            scopes = frozenset(row["scopes"].split())
            return Caller(row["user_id"], row["id"], scopes, bool(row["anonymous"]), bool(row["may_export"]))

        return await self._do(work)

    async def add_token(
        self, user_id: str, name: str, scopes: Sequence[str], anonymous: bool, now_s: float, life_s: float
    ) -> tuple[str, Token]:
        """Make another token for a user; returns the secret and what is kept of it."""
        secret = new_token()

        def work(db: sqlite3.Connection) -> Token:
            key = _insert_token(db, secret, user_id, name, scopes, anonymous, now_s, now_s + life_s)
            return Token(key, name, tuple(scopes), now_s, now_s + life_s, False)

        return secret, await self._do(work)

    async def tokens(self, user_id: str) -> list[Token]:
        """A user's tokens, oldest first."""

        def work(db: sqlite3.Connection) -> list[Token]:
            rows = db.execute("SELECT * FROM tokens WHERE user_id = ? ORDER BY created_s, rowid", (user_id,))
            return [
                Token(
                    r["id"], r["name"], tuple(r["scopes"].split()), r["created_s"], r["expires_s"], bool(r["revoked"])
                )
                for r in rows
            ]

        return await self._do(work)

    async def revoke(self, user_id: str, token_id: str) -> bool:
        """Take a token away; False if the user has none of this id."""
        return await self._do(
            lambda db: (
                db.execute("UPDATE tokens SET revoked = 1 WHERE id = ? AND user_id = ?", (token_id, user_id)).rowcount
                > 0
            )
        )

    async def balance(self, user_id: str) -> Balance:
        """A user's credits."""

        def work(db: sqlite3.Connection) -> Balance:
            row = db.execute("SELECT available, frozen FROM users WHERE id = ?", (user_id,)).fetchone()
            return Balance(row["available"], row["frozen"])

        return await self._do(work)

    async def claim(self, session_id: str, expires_s: float) -> str:
        """Make a claim token that opens one project in a browser and calls no API."""
        secret = new_token("clm_")
        await self._do(
            lambda db: db.execute("INSERT INTO claims VALUES (?, ?, ?)", (digest(secret), session_id, expires_s))
        )
        return secret

    async def claimed(self, secret: str, now_s: float) -> str | None:
        """The session a claim token opens; None if it is unknown or expired."""

        def work(db: sqlite3.Connection) -> str | None:
            row = db.execute(
                "SELECT session_id FROM claims WHERE hash = ? AND expires_s > ?", (digest(secret), now_s)
            ).fetchone()
            return None if row is None else str(row[0])

        return await self._do(work)

    # --- sessions and drafts ----------------------------------------------------------------------------------------

    async def add_session(self, user_id: str, name: str, language: str, now_s: float) -> Session:
        """Make a project with an empty draft."""
        key, task = new_number(), new_number()

        def work(db: sqlite3.Connection) -> Session:
            db.execute(
                "INSERT INTO sessions (id, task_id, user_id, name, language, created_s, touched_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, task, user_id, name, language, now_s, now_s),
            )
            db.execute("INSERT INTO drafts VALUES (?, 0, '{}')", (key,))
            return Session(key, task, user_id, name, language, {}, 0, 0, (), "")

        return await self._do(work)

    async def session(self, session_id: str, user_id: str | None = None) -> Session | None:
        """A project; None if it does not exist or belongs to somebody else than `user_id`."""

        def work(db: sqlite3.Connection) -> Session | None:
            row = db.execute(
                "SELECT s.*, d.draft, (SELECT max(n) FROM drafts WHERE session_id = s.id) AS newest FROM sessions s"
                " JOIN drafts d ON d.session_id = s.id AND d.n = s.cursor WHERE s.id = ?",
                (session_id,),
            ).fetchone()
            if row is None or (user_id is not None and row["user_id"] != user_id):
                return None
            return Session(
                row["id"], row["task_id"], row["user_id"], row["name"], row["language"], json.loads(row["draft"]),
                row["cursor"], row["newest"], tuple(json.loads(row["waiting"])), row["seen_audio"],
            )  # fmt: skip

        return await self._do(work)

    async def past(self, session_id: str, n: int) -> dict[str, Any] | None:
        """The draft at position `n` of the history."""

        def work(db: sqlite3.Connection) -> dict[str, Any] | None:
            row = db.execute("SELECT draft FROM drafts WHERE session_id = ? AND n = ?", (session_id, n)).fetchone()
            return None if row is None else dict(json.loads(row[0]))

        return await self._do(work)

    async def put_draft(self, session_id: str, draft: dict[str, Any]) -> None:
        """Add a draft to the history; what had been undone is forgotten."""
        spelled = json.dumps(draft, ensure_ascii=False)

        def work(db: sqlite3.Connection) -> None:
            n = db.execute("SELECT cursor FROM sessions WHERE id = ?", (session_id,)).fetchone()[0] + 1
            db.execute("DELETE FROM drafts WHERE session_id = ? AND (n >= ? OR n < ?)", (session_id, n, n - HISTORY))
            db.execute("INSERT INTO drafts VALUES (?, ?, ?)", (session_id, n, spelled))
            db.execute("UPDATE sessions SET cursor = ? WHERE id = ?", (n, session_id))

        await self._do(work)

    async def move(self, session_id: str, cursor: int) -> None:
        """Go to another draft of the history."""
        await self._do(lambda db: db.execute("UPDATE sessions SET cursor = ? WHERE id = ?", (cursor, session_id)))

    async def note(self, session_id: str, *, waiting: Sequence[str], seen_audio: str, now_s: float) -> None:
        """Keep what a run leaves for the next one."""
        await self._do(
            lambda db: db.execute(
                "UPDATE sessions SET waiting = ?, seen_audio = ?, touched_s = ? WHERE id = ?",
                (json.dumps(list(waiting)), seen_audio, now_s, session_id),
            )
        )

    # --- media ------------------------------------------------------------------------------------------------------

    async def add_media(self, session_id: str, files: Sequence[Media], now_s: float) -> None:
        """Add the files of one request, all or none."""

        def work(db: sqlite3.Connection) -> None:
            n = db.execute("SELECT coalesce(max(n), 0) FROM media WHERE session_id = ?", (session_id,)).fetchone()[0]
            for i, file in enumerate(files, n + 1):
                db.execute(
                    "INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (file.id, file.link, session_id, i, file.kind, file.filename, str(file.path), file.size_bytes,
                     file.sha256, json.dumps(file.info, ensure_ascii=False), int(file.hidden), now_s),
                )  # fmt: skip
            db.execute("UPDATE sessions SET touched_s = ? WHERE id = ?", (now_s, session_id))

        await self._do(work)

    async def media(self, session_id: str) -> list[Media]:
        """Everything in a project, in the order it came, covers included."""

        def work(db: sqlite3.Connection) -> list[Media]:
            return [_media(r) for r in db.execute("SELECT * FROM media WHERE session_id = ? ORDER BY n", (session_id,))]

        return await self._do(work)

    async def media_by_link(self, link: str) -> Media | None:
        """The file behind an unguessable link."""

        def work(db: sqlite3.Connection) -> Media | None:
            row = db.execute("SELECT * FROM media WHERE link = ?", (link,)).fetchone()
            return None if row is None else _media(row)

        return await self._do(work)

    # --- runs -------------------------------------------------------------------------------------------------------

    async def start_run(self, session_id: str, user_id: str, price: int, now_s: float) -> str | Literal["busy", "poor"]:
        """Begin a run and hold its price. Returns the run's id, or why not: another run is open, or credits lack."""
        key = f"run_{secrets.token_hex(12)}"

        def work(db: sqlite3.Connection) -> str:
            if db.execute("SELECT 1 FROM runs WHERE session_id = ? AND state = 'open'", (session_id,)).fetchone():
                return "busy"
            held = db.execute(
                "UPDATE users SET available = available - ?, frozen = frozen + ? WHERE id = ? AND available >= ?",
                (price, price, user_id, price),
            )
            if held.rowcount == 0:
                return "poor"
            db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, 'open', ?, ?, NULL)", (key, session_id, user_id, price, now_s)
            )
            return key

        return await self._do(work)

    async def end_run(self, run_id: str, *, charge: bool, now_s: float) -> None:
        """Close a run: what was held is spent, or returns when the work failed or cost nothing."""
        await self._do(lambda db: _end_run(db, run_id, charge, now_s))

    async def mark_cut_off(self, now_s: float) -> int:
        """After a crash: close the runs that were open, their credits return. Returns how many."""

        def work(db: sqlite3.Connection) -> int:
            rows = db.execute("SELECT id FROM runs WHERE state = 'open'").fetchall()
            for row in rows:
                _end_run(db, row["id"], False, now_s)
            return len(rows)

        return await self._do(work)

    # --- renders ----------------------------------------------------------------------------------------------------

    async def add_render(
        self, user_id: str, render_id: str, session_id: str, body: str, job: dict[str, Any], now_s: float, most: int
    ) -> Render | Literal["full"]:
        """Queue an export; if the user has one of this id, that one is returned (compare `body`)."""
        key, link = secrets.token_hex(12), secrets.token_urlsafe(24)

        def work(db: sqlite3.Connection) -> Render | Literal["full"]:
            row = db.execute("SELECT * FROM renders WHERE user_id = ? AND id = ?", (user_id, render_id)).fetchone()
            if row is not None:
                return _render(row)
            waiting = db.execute("SELECT count(*) FROM renders WHERE status IN ('pending', 'processing')").fetchone()[0]
            if waiting >= most:
                return "full"
            db.execute(
                "INSERT INTO renders (key, user_id, id, session_id, body, job, link, status, created_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
                (key, user_id, render_id, session_id, body, json.dumps(job, ensure_ascii=False), link, now_s),
            )
            return _render(db.execute("SELECT * FROM renders WHERE key = ?", (key,)).fetchone())

        return await self._do(work)

    async def render(self, user_id: str, render_id: str) -> Render | None:
        """A user's export by the client's id."""
        return await self._one_render("user_id = ? AND id = ?", user_id, render_id)

    async def render_by_link(self, link: str) -> Render | None:
        """The export behind an unguessable link."""
        return await self._one_render("link = ?", link)

    async def next_render(self) -> Render | None:
        """The oldest export that waits."""
        return await self._one_render("status = 'pending' ORDER BY created_s, key LIMIT 1")

    async def newest_render(self, session_id: str) -> Render | None:
        """The last finished export of a project."""
        return await self._one_render(
            "session_id = ? AND status = 'completed' ORDER BY ended_s DESC LIMIT 1", session_id
        )

    async def _one_render(self, where: str, *values: str) -> Render | None:
        def work(db: sqlite3.Connection) -> Render | None:
            row = db.execute(f"SELECT * FROM renders WHERE {where}", values).fetchone()  # noqa: S608
            return None if row is None else _render(row)

        return await self._do(work)

    async def requeue(self) -> int:
        """After a crash: exports that were being made wait again. Returns how many are to be made."""

        def work(db: sqlite3.Connection) -> int:
            db.execute("UPDATE renders SET status = 'pending' WHERE status = 'processing'")
            return int(db.execute("SELECT count(*) FROM renders WHERE status = 'pending'").fetchone()[0])

        return await self._do(work)

    async def set_render(
        self, key: str, status: Status, *, error: str = "", result: dict[str, Any] | None = None, now_s: float
    ) -> bool:
        """Move an export on; False if it is over already (cancelled in between)."""
        over = status in ("completed", "failed", "cancelled")
        spelled = json.dumps(result or {})

        def work(db: sqlite3.Connection) -> bool:
            done = db.execute(
                "UPDATE renders SET status = ?, error = ?, result = ?, ended_s = ?,"
                " progress = CASE ? WHEN 'completed' THEN 1 ELSE progress END"
                " WHERE key = ? AND status IN ('pending', 'processing')",
                (status, error, spelled, now_s if over else None, status, key),
            )
            return done.rowcount > 0

        return await self._do(work)

    async def set_preview(self, key: str, path: str) -> None:
        """Keep where the small copy of a finished export is."""
        await self._do(
            lambda db: db.execute(
                "UPDATE renders SET result = json_set(result, '$.preview', ?) WHERE key = ?", (path, key)
            )
        )

    # --- retention --------------------------------------------------------------------------------------------------

    async def forget(self, now_s: float, *, older_s: float, most_bytes: int, young_s: float = 86_400) -> list[Path]:
        """Drop what is too old, then the oldest while all is bigger than `most_bytes`. Returns the files to remove.

        What is younger than `young_s` (a day) stays in any case, as does a project with an open run or render.
        """
        return await self._do(lambda db: _forget(db, now_s, older_s, most_bytes, young_s))

    async def known_files(self) -> set[str]:
        """Every file that the database speaks of; anything else in the folders is a leftover."""

        def work(db: sqlite3.Connection) -> set[str]:
            media = {row[0] for row in db.execute("SELECT path FROM media")}
            rows = db.execute("SELECT result FROM renders WHERE status = 'completed'")
            return media | {path for row in rows for path in _files(json.loads(row[0]))}

        return await self._do(work)

    async def render_keys(self) -> set[str]:
        """Every export there is, by its inner name."""
        return await self._do(lambda db: {str(row[0]) for row in db.execute("SELECT key FROM renders")})


def _files(result: dict[str, Any]) -> list[str]:
    return [result[name] for name in ("path", "poster", "preview") if result.get(name)]


def _insert_token(
    db: sqlite3.Connection, secret: str, user: str, name: str, scopes: Sequence[str], anonymous: bool, now_s: float,
    expires_s: float,
) -> str:  # fmt: skip
    key = f"tok_{secrets.token_hex(8)}"
    db.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (key, digest(secret), user, name, " ".join(scopes), int(anonymous), now_s, expires_s),
    )
    return key


def _end_run(db: sqlite3.Connection, run_id: str, charge: bool, now_s: float) -> None:
    row = db.execute("SELECT user_id, price FROM runs WHERE id = ? AND state = 'open'", (run_id,)).fetchone()
    if row is None:
        return
    state, back = ("done", 0) if charge else ("failed", row["price"])
    db.execute("UPDATE runs SET state = ?, ended_s = ? WHERE id = ?", (state, now_s, run_id))
    db.execute(
        "UPDATE users SET frozen = frozen - ?, available = available + ? WHERE id = ?",
        (row["price"], back, row["user_id"]),
    )


def _media(row: sqlite3.Row) -> Media:
    return Media(
        row["id"], row["link"], row["kind"], row["filename"], Path(row["path"]), row["size_bytes"], row["sha256"],
        json.loads(row["info"]), bool(row["hidden"]),
    )  # fmt: skip


def _render(row: sqlite3.Row) -> Render:
    return Render(
        row["key"], row["user_id"], row["id"], row["session_id"], row["body"], json.loads(row["job"]), row["link"],
        row["status"], row["progress"], row["error"], json.loads(row["result"]), row["created_s"], row["ended_s"],
    )  # fmt: skip


def _forget(db: sqlite3.Connection, now_s: float, older_s: float, most_bytes: int, young_s: float) -> list[Path]:
    db.execute("DELETE FROM tokens WHERE expires_s < ?", (now_s - older_s,))
    db.execute("DELETE FROM claims WHERE expires_s < ?", (now_s,))
    gone: list[Path] = []
    total = db.execute("SELECT coalesce(sum(size_bytes), 0) FROM media").fetchone()[0]
    total += sum(json.loads(r[0]).get("bytes", 0) for r in db.execute("SELECT result FROM renders"))
    renders = db.execute(
        "SELECT key, ended_s, result FROM renders WHERE ended_s IS NOT NULL AND ended_s < ? ORDER BY ended_s",
        (now_s - young_s,),
    ).fetchall()
    for row in renders:
        if row["ended_s"] >= now_s - older_s and total <= most_bytes:
            break
        result = json.loads(row["result"])
        db.execute("DELETE FROM renders WHERE key = ?", (row["key"],))
        gone += [Path(path) for path in _files(result)]
        total -= result.get("bytes", 0)
    sessions = db.execute(
        "SELECT id, touched_s FROM sessions s WHERE touched_s < ? AND NOT EXISTS (SELECT 1 FROM runs WHERE"
        " session_id = s.id AND state = 'open') AND NOT EXISTS (SELECT 1 FROM renders WHERE session_id = s.id AND"
        " status IN ('pending', 'processing')) ORDER BY touched_s",
        (now_s - young_s,),
    ).fetchall()
    for row in sessions:
        if row["touched_s"] >= now_s - older_s and total <= most_bytes:
            break
        files = db.execute("SELECT path, size_bytes FROM media WHERE session_id = ?", (row["id"],)).fetchall()
        db.execute("DELETE FROM sessions WHERE id = ?", (row["id"],))
        gone += [Path(file["path"]) for file in files]
        total -= sum(file["size_bytes"] for file in files)
    return gone
