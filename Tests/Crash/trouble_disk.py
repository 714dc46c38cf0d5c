"""Troubles of the disk and the database file."""

import contextlib
import os
import shutil
import tempfile
import time

import record
from ground import Hold, NotRun, command, mounted, trouble, until_it_works


def full_disk(binary, small):
    """The disk fills up in the middle of two attempts, and has room again."""
    return _full_disk(binary, is_killed=False)


def full_disk_killed(binary, small):
    """The same, and the process dies while the disk is full."""
    return _full_disk(binary, is_killed=True)


def _full_disk(binary, is_killed):
    hold = Hold(data={1}, reply={2})
    with mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs") as disk, trouble(binary, hook=hold, folder=disk) as here:
        server = here.start()
        before_gate = here.begin_send(server, "before-gate", wait_seconds=1)
        hold.wait("data")
        behind_gate = here.begin_send(server, "behind-gate", wait_seconds=1)
        hold.wait("reply")
        here.take(before_gate, "before-gate")
        here.take(behind_gate, "behind-gate")
        ballast = os.path.join(disk, "ballast")
        _fill(ballast)
        dots = here.peer.received()
        hold.let_go()
        for number in range(60):
            here.send(server, f"on-full-{number}", text="x" * 60_000, wait_seconds=0)
            if len(here.refused) >= 3:
                break
        here.expect(len(here.refused) >= 3, "nothing was refused on a full disk")
        here.check_refusals(about=("full", "space", "disk"))
        here.expect(server.process.poll() is None, "the server ended because the disk is full")
        time.sleep(1)
        here.facts.append("no dot without its gate" if here.peer.received() == dots else "a gate still had room")
        if is_killed:
            server.kill()
            server.ended()
            # A process that starts on a full disk says so too, and harms nothing.
            second = here.start()
            here.send(second, "on-full-restarted", text="x" * 60_000, wait_seconds=0)
            here.check_refusals(about=("full", "space", "disk"))
            second.stop()
        os.remove(ballast)
        if not is_killed:
            _wait_settled(here, "behind-gate")
        server = here.start()
        here.facts.append(f"{len(here.refused)} refused while it was full")
        here.send_again_what_was_refused(server)
        # The reply that a killed process had read is forgotten: nobody can know.
        here.conclude(states=("accepted", "unconfirmed") if is_killed else ("accepted",))
        return here


def _fill(path):
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65_536, 4_096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def _wait_settled(here, subject, seconds=45):
    """What the server said is written as soon as there is room."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(s.subject == subject and s.state == "accepted" for s in record.read(here.house.database).values()):
            return
        time.sleep(0.1)
    here.faults.append(f"{subject} was taken, and is not settled {seconds} s after the disk has room")


def read_only_user(binary, small):
    """The database and its folder belong to somebody else."""
    if os.geteuid() != 0:
        raise NotRun("only root may become somebody else")
    command(["setpriv", "--version"])
    wrapper = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    with tempfile.TemporaryDirectory(prefix="envelope-trouble-") as outside:
        folder = os.path.join(outside, "record")
        os.makedirs(folder)
        os.chmod(outside, 0o755)
        copied = shutil.copy(binary, os.path.join(outside, "envelope"))  # Where anybody may run it.
        with trouble(copied, folder=folder, wrapper=wrapper) as here:
            _hand_over(folder, 65534, 0o700, 0o600)
            return _read_only(
                here, lambda: _hand_over(folder, 0, 0o755, 0o644), lambda: _hand_over(folder, 65534, 0o700, 0o600))


def read_only_mount(binary, small):
    """The file system with the database is read-only."""
    with mounted("-t", "tmpfs", "-o", "size=20m", "tmpfs") as disk, trouble(binary, folder=disk) as here:
        # What it says goes elsewhere; else the log keeps the file system from becoming read-only.
        with tempfile.TemporaryDirectory(prefix="envelope-log-") as logs:
            here.house.log = os.path.join(logs, "errors.log")
            return _read_only(
                here, lambda: command(["mount", "-o", "remount,ro", disk]),
                lambda: until_it_works(["mount", "-o", "remount,rw", disk]))


def _hand_over(folder, user, folder_mode, file_mode):
    for root, _, files in os.walk(folder):
        os.chown(root, user, user)
        os.chmod(root, folder_mode)
        for name in files:
            os.chown(os.path.join(root, name), user, user)
            os.chmod(os.path.join(root, name), file_mode)


def _read_only(here, close, open_again):
    server = here.start()
    sent = here.send(server, "before")
    here.expect(sent and sent["status"] == "sent", f"the first send came to {sent}")
    here.expect(server.stop() == 0, "the server does not end in order")
    close()
    try:
        server = here.start()
        here.expect(here.send(server, "while-closed") is None, "a send was recorded in a read-only database")
        here.check_refusals(about=("read-only", "readonly", "read only", "write", "permission"), passes=False)
        here.expect(here.peer.received() == 1, "a message went out that is not recorded")
        here.expect(server.process.poll() is None, "the server ended because the database is read-only")
        # Reading may work or not (a WAL needs its index); it must not say anything else.
        status, output = here.house.run("track", sent["id"])
        here.expect(status == 0 and '"sent"' in output or status != 0, f"track said {output[:200]}")
        here.facts.append("track still answers" if status == 0 else "track says why it cannot read")
        server.stop()
    finally:
        open_again()
    server = here.start()
    here.send_again_what_was_refused(server)
    here.conclude(expected=2)
    return here


def locked(binary, small):
    """Another program holds the write lock in the middle of two attempts, for longer than anybody waits for it."""
    seconds = 8 if small else 30
    hold = Hold(data={1}, reply={2})
    with trouble(binary, hook=hold) as here:
        server = here.start()
        first = here.begin_send(server, "before-gate", wait_seconds=1)
        hold.wait("data")
        second = here.begin_send(server, "behind-gate", wait_seconds=1)
        hold.wait("reply")
        here.take(first, "before-gate")
        here.take(second, "behind-gate")
        with contextlib.closing(record.connect(here.house.database)) as stranger:
            stranger.execute("BEGIN EXCLUSIVE")
            until = time.monotonic() + seconds
            hold.let_go()
            answers = []
            while time.monotonic() < until:
                subject = f"while-locked-{len(answers)}"
                answers.append((here.begin_send(server, subject, wait_seconds=0), subject))
                listed = server.call("list_sends", limit=5)
                here.expect(len(listed["sends"]) == 2, "looking does not work while another writes")
                time.sleep(seconds / 8)
            stranger.execute("ROLLBACK")
        for answer, subject in answers:
            here.take(answer, subject)
        here.check_refusals(about=("locked", "busy"))
        here.facts.append(f"{len(here.refused)} of {len(answers)} refused while it was locked for {seconds} s")
        _wait_settled(here, "behind-gate")
        here.send_again_what_was_refused(server)
        here.conclude(expected=2 + len(answers))
        return here
