"""The server that the program's REST calls are measured against: the same record of sends on FastAPI and sqlite3.

    python http_yardstick.py DATABASE [HISTORIES.json]

`POST /send` validates its arguments, composes the message and commits the send with its mail data, its recipients and
its first event (WAL, synchronous=FULL) before it answers; `GET /track/{id}` reads all of a send back and answers as
the program does. It sends nothing: what finished sends look like it learns from HISTORIES.json, a list of the
program's own answers.

It runs as its users are told to run it: uvicorn with uvloop and httptools, no access log. Look-ups are on the event
loop, sends commit on a thread of their own. Other ways were measured: all handlers on FastAPI's threads answered a
third of the look-ups, and commits on the event loop as many sends with a tail twice as long.
"""

import asyncio
import json
import socket
import sqlite3
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

TABLES = """
CREATE TABLE sends (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, state TEXT NOT NULL,
    message_id TEXT NOT NULL, account TEXT NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL,
    size INTEGER NOT NULL, created_at TEXT NOT NULL, sent_at TEXT, attempts INTEGER NOT NULL, delivery TEXT NOT NULL,
    next_step TEXT NOT NULL, mail_data BLOB NOT NULL);
CREATE TABLE recipients (
    send INTEGER NOT NULL REFERENCES sends (number), position INTEGER NOT NULL, address TEXT NOT NULL,
    kind TEXT NOT NULL, outcome TEXT NOT NULL, code INTEGER, enhanced TEXT, phase TEXT, text TEXT, at TEXT,
    PRIMARY KEY (send, position)) WITHOUT ROWID;
CREATE TABLE attempts (
    send INTEGER NOT NULL REFERENCES sends (number), number INTEGER NOT NULL, started_at TEXT NOT NULL,
    at_final_dot_at TEXT, ended_at TEXT, phase TEXT, conversation TEXT NOT NULL,
    PRIMARY KEY (send, number)) WITHOUT ROWID;
CREATE TABLE events (
    send INTEGER NOT NULL REFERENCES sends (number), position INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL,
    detail TEXT, PRIMARY KEY (send, position)) WITHOUT ROWID;
"""
SEND = ("id", "status", "state", "message_id", "account", "sender", "subject", "size", "created_at", "sent_at",
        "attempts", "delivery", "next_step")
LINES = compat32.clone(linesep="\r\n")
KINDS = ("to", "cc", "bcc")


class SendRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: list[str] = Field(min_length=1)
    cc: list[str] = []
    bcc: list[str] = []
    subject: str
    text: str
    sender: str = Field("agent@example.com", alias="from")
    wait_seconds: float = Field(0, ge=0)
    send_at: datetime | None = None


class Reply(BaseModel):
    code: int
    enhanced: str | None = None
    phase: str
    text: str


class Recipient(BaseModel):
    address: str
    kind: str
    outcome: str
    reply: Reply | None = None
    at: str | None = None


class Attempt(BaseModel):
    number: int
    started_at: str
    at_final_dot_at: str | None = None
    ended_at: str | None = None
    phase: str | None = None
    conversation: list[str]


class Event(BaseModel):
    at: str
    type: str
    detail: str | None = None


class Send(BaseModel):
    id: str
    status: str
    state: str
    message_id: str
    account: str
    sender: str = Field(serialization_alias="from")
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    size: int
    created_at: str
    sent_at: str | None = None
    attempts: int
    delivery: str
    recipients: list[Recipient]
    sandbox: bool = True
    next_step: str


class History(Send):
    attempt_log: list[Attempt]
    events: list[Event]


def opened():
    database = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


app = FastAPI()
writer, reader = opened(), opened()
writing = ThreadPoolExecutor(1)


@app.post("/send", status_code=202, response_model_exclude_none=True)
async def send(request: SendRequest, response: Response) -> Send:
    now = datetime.now(timezone.utc)
    send_id = str(uuid.uuid4())
    message_id = f"<{send_id}@example.com>"
    mail_data = composed(request, message_id, now)
    sent = Send(
        id=send_id, status="queued", state="scheduled" if request.send_at else "ready", message_id=message_id,
        account="sandbox", sender=request.sender, to=request.to, cc=request.cc, bcc=request.bcc,
        subject=request.subject, size=len(mail_data), created_at=now.isoformat(timespec="milliseconds"), attempts=0,
        delivery="unknown", recipients=[
            Recipient(address=address, kind=kind, outcome="pending")
            for kind in KINDS for address in getattr(request, kind)],
        next_step="Queued: call track_send with this id to see what became of it.")
    await asyncio.get_running_loop().run_in_executor(writing, record, sent, mail_data)
    response.headers["Location"] = f"/track/{send_id}"
    return sent


def composed(request, message_id, now):
    """The mail data, in the way of the standard library that costs least: EmailMessage takes four times as long."""
    message = MIMEText(request.text)
    message["From"] = request.sender
    message["To"] = ", ".join(request.to)
    if request.cc:
        message["Cc"] = ", ".join(request.cc)
    message["Subject"] = request.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    return message.as_bytes(policy=LINES)


def record(send, mail_data, attempts=(), events=None):
    """One transaction, on the disk when this returns."""
    writer.execute("BEGIN IMMEDIATE")
    try:
        number = writer.execute(
            f"INSERT INTO sends ({', '.join(SEND)}, mail_data) VALUES ({'?, ' * len(SEND)}?)",
            [getattr(send, name) for name in SEND] + [mail_data]).lastrowid
        writer.executemany("INSERT INTO recipients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            (number, position, one.address, one.kind, one.outcome,
             *((one.reply.code, one.reply.enhanced, one.reply.phase, one.reply.text) if one.reply else [None] * 4),
             one.at) for position, one in enumerate(send.recipients)])
        if attempts:
            writer.executemany("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)", [
                (number, one.number, one.started_at, one.at_final_dot_at, one.ended_at, one.phase,
                 "\n".join(one.conversation)) for one in attempts])
        if events is None:
            events = [Event(at=send.created_at, type="created")]
        writer.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", [
            (number, position, one.at, one.type, one.detail) for position, one in enumerate(events, 1)])
        writer.execute("COMMIT")
    except BaseException:
        writer.execute("ROLLBACK")
        raise


@app.get("/track/{send_id}", response_model_exclude_none=True)
async def track(send_id: str) -> History:
    row = reader.execute(f"SELECT number, {', '.join(SEND)} FROM sends WHERE id = ?", (send_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no send of that id.")
    number, *values = row
    recipients = [
        Recipient(address=address, kind=kind, outcome=outcome, at=at,
                  reply=Reply(code=code, enhanced=enhanced, phase=phase, text=text) if code else None)
        for address, kind, outcome, code, enhanced, phase, text, at in reader.execute(
            "SELECT address, kind, outcome, code, enhanced, phase, text, at FROM recipients WHERE send = ?"
            " ORDER BY position", (number,))]
    attempts = [
        Attempt(number=count, started_at=begun, at_final_dot_at=dot, ended_at=ended, phase=phase,
                conversation=conversation.split("\n"))
        for count, begun, dot, ended, phase, conversation in reader.execute(
            "SELECT number, started_at, at_final_dot_at, ended_at, phase, conversation FROM attempts WHERE send = ?"
            " ORDER BY number", (number,))]
    events = [Event(at=at, type=kind, detail=detail) for at, kind, detail in reader.execute(
        "SELECT at, type, detail FROM events WHERE send = ? ORDER BY position", (number,))]
    return History(
        **dict(zip(SEND, values)), recipients=recipients, attempt_log=attempts, events=events,
        **{kind: [one.address for one in recipients if one.kind == kind] for kind in KINDS})


def learn(histories):
    for given in histories:
        history = History.model_validate({**given, "sender": given["from"]})
        record(history, b"", history.attempt_log, history.events)


if __name__ == "__main__":
    writer.executescript(TABLES)
    if len(sys.argv) > 2:
        learn(json.loads(Path(sys.argv[2]).read_text()))
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        print(f"yardstick: listening on http://127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
        uvicorn.Server(uvicorn.Config(
            app, loop="uvloop", http="httptools", log_level="warning", access_log=False)).run(sockets=[listener])
