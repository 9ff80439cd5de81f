"""Asked twice, done once: a request's key is written first, with what it does, in the same transaction.

Whoever comes second with the key waits for the first and then gets the first's answer, or is refused where
the request says something else. A refused request keeps no key and may be sent again.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlmodel import Field, SQLModel

from scorecard.domain.errors import N_, Refused
from scorecard.store.database import Database
from scorecard.store.rows import PLAN, table_of
from scorecard.store.tables import CHANGES, TOUCHED, Instant
from scorecard.store.work import Written

LIFE = timedelta(days=1)
"""How long a key is known."""

SWEPT = 100
"""Keys past their life that each new one takes along."""


class AskedRow(SQLModel, table=True):
    """A request that was carried out, by its key: a digest of what it asked, and the change it made."""

    __tablename__ = "asked"

    key: str = Field(primary_key=True)
    request: str
    at: datetime = Field(sa_type=Instant, index=True)
    plan_id: int | None = Field(default=None, foreign_key="plan.id")
    revision: int | None = None
    changed: bool | None = None


ASKED = table_of(AskedRow)


class OtherRequest(Refused):
    """A key stands for one request."""

    sentence = N_("This was sent before, with other content. Load the page again and repeat what is new.")


class Answer(NamedTuple):
    """What a request did: in which plan, what was written, and the facts of the change."""

    plan: str
    written: Written
    facts: dict[str, Any]


class AnsweredBefore(Refused):
    """The request was carried out already; `answer` is what it came to."""

    sentence = N_("This was done already.")

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Once:
    """One request: its key, and a digest of what it asks. Of several writes each has a name of its own."""

    def __init__(self, key: str, request: str) -> None:
        self._key, self._request, self._writes = key, request, 0

    @property
    def name(self) -> str:
        """Return the name of the write that comes next."""
        return f"{self._key} {self._writes}"

    def claim(self, connection: Connection) -> None:
        """Write the key down before anything else.

        Raises:
            AnsweredBefore, OtherRequest.
        """
        now = datetime.now(UTC)
        connection.execute(_PAST, {"limit": now - LIFE})
        said = {"key": self.name, "request": self._request, "at": now}
        if connection.execute(_CLAIM, said).rowcount == 0:
            raise self._known(connection)

    def _known(self, connection: Connection) -> Refused:
        row = connection.execute(select(ASKED).where(ASKED.c.key == self.name)).mappings().one()
        if row["request"] != self._request:
            return OtherRequest()
        self._writes += 1
        return AnsweredBefore(_answer(connection, row))

    def settle(self, connection: Connection, plan_id: int, written: Written, changed: bool) -> None:
        """Write down what came of it."""
        said = {"plan_id": plan_id, "revision": written.revision, "changed": changed}
        connection.execute(update(ASKED).where(ASKED.c.key == self.name).values(**said))

    def count(self) -> None:
        """Note that a write is done and stays; the next one has another name."""
        self._writes += 1


_EXPIRED = (
    select(ASKED.c.key)
    .where(ASKED.c.at < bindparam("limit", type_=Instant))
    .limit(SWEPT)
    .with_for_update(skip_locked=True)
)
_PAST = delete(ASKED).where(ASKED.c.key.in_(_EXPIRED))
_CLAIM = text(
    "INSERT INTO asked (key, request, at) VALUES (:key, :request, :at) ON CONFLICT (key) DO NOTHING"
).bindparams(bindparam("at", type_=Instant))


def answered(db: Database) -> Answer | None:
    """Return what came of the request that a database is used for, where it was carried out before."""
    if db.once is None:
        return None
    with db.read() as connection:
        row = connection.execute(select(ASKED).where(ASKED.c.key == db.once.name)).mappings().one_or_none()
        return None if row is None else _answer(connection, row)


def _answer(connection: Connection, row: Any) -> Answer:
    plan_id, revision = row["plan_id"], row["revision"]
    plan = connection.scalar(select(PLAN.table.c.key).where(PLAN.table.c.id == plan_id))
    if not row["changed"]:
        return Answer(str(plan), Written(revision, frozenset()), {})
    touched = select(TOUCHED.c.node).where(TOUCHED.c.plan_id == plan_id, TOUCHED.c.revision == revision)
    facts = select(CHANGES.c.facts).where(CHANGES.c.plan_id == plan_id, CHANGES.c.revision == revision)
    written = Written(revision, frozenset(connection.scalars(touched)))
    return Answer(str(plan), written, connection.scalar(facts) or {})
