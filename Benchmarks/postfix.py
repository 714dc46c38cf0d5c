"""Postfix as a yardstick: a private instance that queues durably and then discards, and its own load generator."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from line_peer import PATIENCE_SECONDS, Broken

sys.path.append(str(Path(__file__).resolve().parent.parent / "Tests/Peers"))

import mailserver  # noqa: E402
import mailserver_config  # noqa: E402

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file_prefixes = {root}
maillog_file = {root}/postfix.log
myhostname = mail.example.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
default_transport = discard:
relay_transport = discard:
local_transport = discard:
notify_classes =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
# Postfix would slow its clients down when they queue faster than it delivers; here they may.
in_flow_delay = 0
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
verify   unix - - n - 1 verify
proxymap unix - - n - - proxymap
error    unix - - n - - error
retry    unix - - n - - error
discard  unix - - n - - discard
anvil    unix - - n - 1 anvil
postlog  unix-dgram n - n - 1 postlogd
"""


def why_not():
    """What keeps Postfix from running here, or nothing."""
    if os.geteuid() != 0:
        return "Postfix starts only as root"
    for program in ("postconf", "smtp-source"):
        if not shutil.which(program, path=mailserver_config.PATH):
            return f"{program} is not there; Benchmarks/install.sh installs Postfix"
    return None


@contextlib.contextmanager
def running(parent):
    """The port of an instance whose queue lies in the folder's file system."""
    # Short, because a socket's path has at most 107 octets; open, because its daemons run as another user.
    root = Path(tempfile.mkdtemp(prefix="envelope-postfix-", dir=parent))
    try:
        root.chmod(0o755)
        port = mailserver.free_ports(1)[0]
        for name in ("etc", "data"):
            (root / name).mkdir()
        shutil.chown(root / "data", "postfix")
        (root / "etc/main.cf").write_text(MAIN.format(root=root))
        (root / "etc/master.cf").write_text(MASTER.format(port=port))
        mailserver_config.make_queue(root / "queue")
        command = [mailserver_config.postfix_master(), "-d", "-c", f"{root}/etc"]
        with mailserver.daemon(command, root / "postfix.log") as process:
            deadline = time.monotonic() + PATIENCE_SECONDS
            mailserver.wait_for_greeting("smtp_port", port, [process], root, deadline)
            # The first messages start its processes, which no later one does.
            rate(port, 16, 100)
            yield port
    except mailserver.NotReady as reason:
        raise Broken(f"Postfix did not start: {reason}") from reason
    finally:
        shutil.rmtree(root, ignore_errors=True)


def rate(port, connections, count):
    """Messages of 1 KiB taken into the queue a second, over connections that stay open; it discards meanwhile."""
    begin = time.perf_counter()
    made = subprocess.run(
        ["smtp-source", "-d", "-s", str(connections), "-m", str(count), "-l", "1024", f"127.0.0.1:{port}"],
        capture_output=True, text=True, env={"PATH": mailserver_config.PATH})
    seconds = time.perf_counter() - begin
    if made.returncode or re.search(r"fatal|warning", made.stderr):
        raise Broken(f"smtp-source: {made.stderr[-300:]}")
    return count / seconds
