#!/usr/bin/env python3
"""Proves mailserver.py with Python's own clients: TLS, AUTH, delivery, refusals, no relaying, several at once.

Exits with 0 and one line for each thing proved, or with 1 at the first that does not hold.
"""

import imaplib
import json
import smtplib
import ssl
import subprocess
import sys
import time
from pathlib import Path

SERVER = Path(__file__).with_name("mailserver.py")


def main():
    servers = [subprocess.Popen([SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
               for _ in range(2)]
    try:
        for server in servers:
            line = server.stdout.readline()
            expect(line, "a line of JSON when it is ready")
            check(json.loads(line))
    finally:
        for server in servers:
            server.stdin.close()
    folders = list(Path("/tmp").glob("envelope-mail-*"))
    for server in servers:
        expect(server.wait(timeout=20) == 0, "it stops in order when its stdin is closed")
    expect(not any((folder / "postfix").exists() for folder in folders), "its folder is gone")


def check(facts):
    tls = ssl.create_default_context(cafile=facts["ca_file"])
    user, password, message = facts["username"], facts["password"], "Subject: x\r\n\r\n.dot\r\nbody\r\n"

    with smtplib.SMTP(facts["host"], facts["smtp_port"]) as client:
        client.ehlo()
        expect("auth" not in client.esmtp_features, "no AUTH before STARTTLS")
        client.starttls(context=tls)
        client.ehlo()
        expect({"PLAIN", "LOGIN"} <= set(client.esmtp_features["auth"].split()), "AUTH PLAIN and LOGIN after it")
        expect({"pipelining", "8bitmime", "smtputf8", "size"} <= set(client.esmtp_features), "the extensions")
        expect(code(lambda: client.login(user, "wrong")) == 535, "a wrong password is 535")
        for mechanism in (client.auth_plain, client.auth_login):
            with smtplib.SMTP_SSL(facts["host"], facts["smtps_port"], context=tls) as other:
                other.ehlo()
                other.user, other.password = user, password
                name = mechanism.__name__.removeprefix("auth_")
                expect(other.auth(name, getattr(other, mechanism.__name__))[0] == 235, f"AUTH {name}")
        client.login(user, password)
        refused = client.sendmail(user, [user, f"nobody@{facts['domain']}"], message)
        expect(refused[f"nobody@{facts['domain']}"][0] == 550, "an unknown mailbox is 550")
        expect(b"5.1.1" in refused[f"nobody@{facts['domain']}"][1], "with 5.1.1")
        expect(rcpt(client, user, "someone@example.org") == 554, "another domain is refused, even after AUTH")

    with smtplib.SMTP(facts["host"], facts["smtp_port"]) as client:
        client.starttls(context=tls)
        expect(rcpt(client, user, user) == 554, "nothing is taken without AUTH")

    deadline = time.monotonic() + 10
    arrived = []
    while not arrived and time.monotonic() < deadline:
        arrived = list(Path(facts["maildir"]).glob("new/*"))
        time.sleep(0.02)
    expect(len(arrived) == 1, "the message is in the Maildir, once")
    text = arrived[0].read_text()
    expect(text.endswith(message.replace("\r\n", "\n")), "with its octets unchanged")
    with imaplib.IMAP4_SSL(facts["host"], facts["imaps_port"], ssl_context=tls) as client:
        client.login(user, password)
        client.select()
        _, parts = client.fetch("1", "(BODY.PEEK[])")
        expect(parts[0][1].endswith(message.encode()), "IMAP gives it with CRLF")
    with imaplib.IMAP4(facts["host"], facts["imap_port"]) as client:
        client.starttls(tls)
        expect(client.login(user, password)[0] == "OK", "IMAP with STARTTLS")


def rcpt(client, reverse_path, forward_path):
    client.mail(reverse_path)
    answer, _ = client.rcpt(forward_path)
    client.rset()
    return answer


def code(call):
    try:
        return call()[0]
    except smtplib.SMTPResponseException as refusal:
        return refusal.smtp_code


def expect(holds, what):
    if not holds:
        sys.exit(f"FAILED  {what}")
    print(f"ok      {what}", flush=True)


if __name__ == "__main__":
    main()
