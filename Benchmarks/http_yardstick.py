"""The server that the program's REST calls are measured against: the same record of sends on FastAPI and sqlite3.

    python http_yardstick.py DATABASE

`POST /send` validates its arguments, composes the message and commits the send, its mail data, its recipients and
its first event (WAL, synchronous=FULL) before it answers; `GET /track/{id}` reads them back. It sends nothing. It
runs as its users are told to run it: uvicorn with uvloop and httptools, and no access log.

The handlers are coroutines that call sqlite3 on the event loop's thread. Plain functions, which FastAPI gives to
threads of their own, answered fewer requests: the threads wait for the interpreter's lock, not for the disk.
"""

import socket
import sqlite3
import sys
import uuid
from datetime import datetime, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import uvicorn
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

TABLES = """
CREATE TABLE sends (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL, mail_data BLOB NOT NULL);
CREATE TABLE recipients (
    send INTEGER NOT NULL REFERENCES sends (number), position INTEGER NOT NULL, kind TEXT NOT NULL,
    address TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (send, position)) WITHOUT ROWID;
CREATE TABLE events (
    send INTEGER NOT NULL REFERENCES sends (number), position INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL,
    PRIMARY KEY (send, position)) WITHOUT ROWID;
"""


class SendRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: list[str] = Field(min_length=1)
    cc: list[str] = []
    bcc: list[str] = []
    subject: str
    text: str
    from_email: str = "agent@example.com"
    wait_seconds: float = Field(0, ge=0)
    send_at: str | None = None


class Recipient(BaseModel):
    kind: str
    address: str
    status: str


class Event(BaseModel):
    at: str
    type: str


class Send(BaseModel):
    id: str
    message_id: str
    status: str
    sender: str
    subject: str
    created_at: str
    recipients: list[Recipient]
    events: list[Event]


app = FastAPI()
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.executescript(TABLES)


@app.post("/send", status_code=202)
async def send(request: SendRequest, response: Response) -> Send:
    now = datetime.now(timezone.utc)
    created_at = now.isoformat(timespec="milliseconds")
    send_id = str(uuid.uuid4())
    message_id = f"<{send_id}@example.com>"
    recipients = [Recipient(kind=kind, address=address, status="queued")
                  for kind in ("to", "cc", "bcc") for address in getattr(request, kind)]
    database.execute("BEGIN IMMEDIATE")
    try:
        number = database.execute(
            "INSERT INTO sends (id, message_id, sender, subject, status, created_at, mail_data)"
            " VALUES (?, ?, ?, ?, 'queued', ?, ?)",
            (send_id, message_id, request.from_email, request.subject, created_at,
             composed(request, message_id, now))).lastrowid
        database.executemany(
            "INSERT INTO recipients (send, position, kind, address, status) VALUES (?, ?, ?, ?, ?)",
            [(number, position, one.kind, one.address, one.status) for position, one in enumerate(recipients)])
        database.execute("INSERT INTO events (send, position, at, type) VALUES (?, 1, ?, 'created')",
                         (number, created_at))
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    response.headers["Location"] = f"/track/{send_id}"
    return Send(id=send_id, message_id=message_id, status="queued", sender=request.from_email,
                subject=request.subject, created_at=created_at, recipients=recipients,
                events=[Event(at=created_at, type="created")])


def composed(request, message_id, now):
    """The mail data, with what the standard library knows of folding and of characters that a field may not have."""
    message = EmailMessage(policy=SMTP)
    message["From"] = request.from_email
    message["To"] = ", ".join(request.to)
    if request.cc:
        message["Cc"] = ", ".join(request.cc)
    message["Subject"] = request.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message.set_content(request.text)
    return message.as_bytes()


@app.get("/track/{send_id}")
async def track(send_id: str) -> Send:
    row = database.execute(
        "SELECT number, id, message_id, status, sender, subject, created_at FROM sends WHERE id = ?",
        (send_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no send of that id.")
    number, *values = row
    recipients = database.execute(
        "SELECT kind, address, status FROM recipients WHERE send = ? ORDER BY position", (number,))
    events = database.execute("SELECT at, type FROM events WHERE send = ? ORDER BY position", (number,))
    return Send(
        **dict(zip(("id", "message_id", "status", "sender", "subject", "created_at"), values)),
        recipients=[Recipient(kind=kind, address=address, status=status) for kind, address, status in recipients],
        events=[Event(at=at, type=kind) for at, kind in events])


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        print(f"yardstick: listening on http://127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
        uvicorn.Server(uvicorn.Config(
            app, loop="uvloop", http="httptools", log_level="warning", access_log=False)).run(sockets=[listener])
