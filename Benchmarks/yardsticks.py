"""What the same disk and the same sink give to programs of a few lines: the baselines of the durable queue."""

import os
import smtplib
import socket
import sqlite3
import time

MESSAGE = (b"From: agent@example.com\r\nTo: reader@example.com\r\nSubject: Benchmark\r\n\r\n"
           + b"The quick brown fox jumps over the lazy dog. Again and\r\n" * 18)


def syncs_a_second(folder, seconds=0.3):
    """fsync after each write of 4 KiB into a file that keeps its size, as a write-ahead log does between checkpoints."""
    pages, size, done = 1000, 4096, 0
    file = os.open(f"{folder}/sync.bin", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.write(file, bytes(pages * size))
        os.fsync(file)
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            os.pwrite(file, bytes(size), done % pages * size)
            os.fsync(file)
            done += 1
        return done / (time.perf_counter() - begin)
    finally:
        os.close(file)
        os.unlink(f"{folder}/sync.bin")


def opened(path):
    """A database with one table of messages, every commit of which is on disk when it returns."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE sends (id INTEGER PRIMARY KEY, status TEXT NOT NULL, message BLOB NOT NULL)")
    return database


def commits_a_second(path, seconds=0.5):
    """Rows of one message each, committed one by one."""
    database, done = opened(path), 0
    try:
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            database.execute("INSERT INTO sends (status, message) VALUES ('queued', ?)", (MESSAGE,))
            done += 1
        return done / (time.perf_counter() - begin)
    finally:
        database.close()


def python_sends_a_second(path, port, count, gate):
    """Messages recorded, claimed, sent and settled one by one over one connection, each step committed.

    With `gate` there is a fourth commit between the message and its final dot, which `sendmail` has no place for.
    """
    database = opened(path)
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server:
            server.ehlo()
            # Else the dot would wait 40 ms for the acknowledgement of the body before it.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            begin = time.perf_counter()
            for number in range(count):
                send = database.execute(
                    "INSERT INTO sends (status, message) VALUES ('queued', ?)", (MESSAGE,)).lastrowid
                database.execute("UPDATE sends SET status = 'sending' WHERE id = ?", (send,))
                if gate:
                    send_with_gate(server, database, send, f"reader{number}@example.com")
                else:
                    server.sendmail("agent@example.com", f"reader{number}@example.com", MESSAGE)
                database.execute("UPDATE sends SET status = 'sent' WHERE id = ?", (send,))
            return count / (time.perf_counter() - begin)
    finally:
        database.close()


def send_with_gate(server, database, send, recipient):
    replies = [server.mail("agent@example.com"), server.rcpt(recipient), server.docmd("DATA")]
    server.send(smtplib._quote_periods(MESSAGE))
    database.execute("UPDATE sends SET status = 'at final dot' WHERE id = ?", (send,))
    server.send(b".\r\n")
    replies.append(server.getreply())
    if [code for code, _ in replies] != [250, 250, 354, 250]:
        raise smtplib.SMTPDataError(*replies[-1])
