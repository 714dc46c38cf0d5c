#!/usr/bin/env python3
"""A real mail server for tests: a private Postfix and a private Dovecot on loopback ports of the system's choice.

Submission with STARTTLS and with implicit TLS, AUTH PLAIN and LOGIN through Dovecot, delivery into a Maildir, IMAP
over it. Certificates come from a certificate authority made on the spot. Nothing is relayed anywhere, and no system
service or file outside the server's own temporary folder is touched.

When it is ready it prints one line of JSON on stdout:

    host            "localhost", the name in the certificate; both daemons listen on 127.0.0.1
    smtp_port       submission, STARTTLS required before AUTH
    smtps_port      submission, TLS from the first octet
    imap_port       IMAP, STARTTLS required before LOGIN; on 127.0.0.2 a login without TLS is taken too
    imaps_port      IMAP, TLS from the first octet
    ca_file         the authority's certificate, PEM
    username        of the one account, which is also its address
    password        of that account
    token           an access token (JWT, HS256) for XOAUTH2 and OAUTHBEARER, good for a day
    stale_token     the same, but it expired a minute ago
    token_key       signs both; a claim `email` names the user
    domain          the one domain that mail is taken for; `gone`, `dead` (5.1.1) and `policy` (5.7.1) come
                    back in a report; other local parts get 550 5.1.1, other domains 554 5.7.1
    maildir         where mail for `username` arrives (Postfix writes it with LF line ends; IMAP gives CRLF)
    log             Postfix's log; dovecot.log stands beside it

It runs until its stdin is closed or it gets SIGTERM or SIGINT, then stops both daemons and removes the folder. Any
number may run at once. It must be started as root, because Postfix must; it exits with 77 when it cannot run here.
"""

import argparse
import base64
import contextlib
import hmac
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mailserver_config as config

READY_SECONDS = 30
CANNOT_RUN = 77


class NotReady(Exception):
    """A daemon ended, or did not answer in time: most likely another program took one of its ports."""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs in place")
    parser.add_argument(
        "--introspect", metavar="URL", help="ask there what a token is worth (RFC 7662), instead of checking a signature")
    arguments = parser.parse_args()
    keep = arguments.keep
    require_what_it_needs()
    # Whoever started this may have every signal blocked, and both daemons would inherit that and not end by one.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    # Both become an ordinary end, so that the daemons are stopped and the folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    for last in (False, False, True):
        try:
            with folder(keep) as root, contextlib.ExitStack() as daemons:
                facts, processes = start(root, daemons, arguments.introspect)
                print(json.dumps(facts), flush=True)
                wait_for_end(processes)
                return
        except NotReady as reason:
            print(f"mailserver: {reason}", file=sys.stderr)
            if last:
                sys.exit(1)


def require_what_it_needs():
    if os.geteuid() != 0:
        fail("Postfix starts only as root; run this as root or through sudo")
    for program in ("postfix", "dovecot", "openssl"):
        if not shutil.which(program, path=config.PATH):
            fail(f"{program} is not installed; Tests/Peers/install.sh installs it")


def fail(message):
    print(f"mailserver: {message}", file=sys.stderr)
    sys.exit(CANNOT_RUN)


@contextlib.contextmanager
def folder(keep):
    """A folder that other users may pass through; in /tmp, because a socket's path has at most 107 octets."""
    root = Path(tempfile.mkdtemp(prefix="envelope-mail-", dir="/tmp"))
    root.chmod(0o755)
    try:
        yield root
    finally:
        if keep:
            print(f"mailserver: kept {root}", file=sys.stderr)
        else:
            shutil.rmtree(root, ignore_errors=True)


def start(root, daemons, introspect=None):
    """Writes the configuration, starts both daemons, and gives the facts and the processes once both have greeted."""
    names = ("smtp_port", "smtps_port", "imap_port", "imaps_port")
    key = secrets.token_urlsafe(32)
    facts = {
        "host": "localhost", **dict(zip(names, free_ports(len(names)))), "ca_file": f"{root}/ca.pem",
        "username": f"agent@{config.DOMAIN}", "password": secrets.token_urlsafe(12), "domain": config.DOMAIN,
        "token_key": key, "token": token(key, 86_400), "stale_token": token(key, -60),
        "maildir": f"{root}/mail/{config.DOMAIN}/agent", "log": f"{root}/postfix.log",
    }
    config.make_certificates(root)
    config.write(root, facts, introspect)
    # Not "postfix start-fg": that puts the master into a session of its own, out of our reach, and takes 2 s.
    commands = {
        "dovecot": ["dovecot", "-F", "-c", f"{root}/dovecot.conf"],
        "postfix": [config.postfix_master(), "-d", "-c", f"{root}/postfix"],
    }
    processes = [
        daemons.enter_context(daemon(command, root / f"{name}.log")) for name, command in commands.items()
    ]
    deadline = time.monotonic() + READY_SECONDS
    for name in ("imap_port", "smtp_port"):
        wait_for_greeting(name, facts[name], processes, root, deadline)
    return facts, processes


def token(key, seconds):
    """A signed JWT (RFC 7519) that names the one user and runs out in so many seconds."""
    def part(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"email": f"agent@{config.DOMAIN}", "sub": "agent", "iat": now - 120, "exp": now + seconds}
    signed = ".".join(part(json.dumps(piece).encode()) for piece in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{part(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"


def free_ports(count):
    """Ports that were free a moment ago; held together while they are chosen, so that no two are the same."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def daemon(command, log):
    """A daemon in a process group of its own, which ends as a whole."""
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            env={"PATH": config.PATH, "LANG": "C"})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
        # Children of a master that is gone would only notice later, and go on writing into the folder.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_greeting(name, port, processes, root, deadline):
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise NotReady(f"a daemon ended at once:\n{last_lines(root)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            if line.recv(200).startswith((b"220 ", b"* OK")):
                return
        time.sleep(0.02)
    raise NotReady(f"no greeting on {name} {port} within {READY_SECONDS} s:\n{last_lines(root)}")


def last_lines(root):
    logs = [log for log in (root / "postfix.log", root / "dovecot.log") if log.exists()]
    return "\n".join(line for log in logs for line in log.read_text(errors="replace").splitlines()[-8:])


def wait_for_end(processes):
    """Returns when stdin is closed; what is written there is ignored."""
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], 1)
        if ready and not os.read(sys.stdin.fileno(), 4096):
            return
        for process in processes:
            if process.poll() is not None:
                raise SystemExit(f"mailserver: {process.args[0]} ended by itself")


if __name__ == "__main__":
    main()
