"""Troubles of time: a clock that jumps, and a process that is stopped for longer than its lease."""

import glob
import os
import signal
import subprocess
import time

import record
from ground import Hold, NotRun, trouble
from host import freeze

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
DAY = 86_400
LEASE = 2  # Seconds, for debug builds (ENVELOPE_LEASE_SECONDS); others keep their 60.
TAKEN_OVER_WITHIN = 100
NOTICED_WITHIN = 8  # Longer than the pauses in which a process looks at its queue.


def install():
    """libfaketime, from Debian."""
    if not _library():
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", "libfaketime"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _library():
    return next((path for pattern in LIBRARIES for path in glob.glob(pattern)), None)


class Clock:
    """The wall clock of the processes under test; their monotonic clocks go on as they are."""

    def __init__(self, folder):
        library = _library()
        if not library:
            raise NotRun("libfaketime is not installed; --install does that")
        self.path = os.path.join(folder, "clock")
        self.jump(0)
        self.environment = {
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}

    def jump(self, seconds):
        """To so many seconds from the truth."""
        with open(self.path + ".new", "w") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(self.path + ".new", self.path)


def clock_jumps(binary, small):
    """The clock goes a day forward and back, with sends that wait for a place and sends that are put off."""
    return _clock(binary, ahead_for=NOTICED_WITHIN)


def clock_blinks(binary, small):
    """The same, but it is put right at once, before anybody looks at the clock again."""
    return _clock(binary, ahead_for=0)


def _clock(binary, ahead_for):
    hold = Hold(data=set(range(1, 5)))
    with trouble(binary, hook=hold) as here:
        clock = Clock(here.house.folder)
        # A week, so that a day ahead is not the end of what waits.
        here.house.environment["ENVELOPE_GIVE_UP_AFTER"] = "7d"
        server = here.start(**clock.environment)
        # The first four hold all connections, so that the others wait: claimed, or due and unclaimed.
        answers = [(here.begin_send(server, f"now-{n}", wait_seconds=0), f"now-{n}") for n in range(30)]
        hold.wait("data")
        clock.jump(DAY)
        answers += [(here.begin_send(server, f"ahead-{n}", wait_seconds=0), f"ahead-{n}") for n in range(30)]
        for answer, subject in answers:
            here.take(answer, subject)
        is_ahead = record.times(here.house.database)["ahead-0"] > time.strftime(
            "%Y-%m-%dT%H", time.gmtime(time.time() + DAY - 7_200))
        here.expect(is_ahead, "the clock did not jump")
        time.sleep(ahead_for)
        clock.jump(0)
        hold.let_go()
        here.send(server, "later-now", to=["later-now@peer.test"], wait_seconds=4)
        # What was recorded while the clock was ahead is due now, and not tomorrow.
        _wait_sent(here, server, 60)
        clock.jump(DAY)
        here.send(server, "later-ahead", to=["later-ahead@peer.test"], wait_seconds=4)
        # What was put off before the jump is due at once.
        _wait_sent(here, server, 61)
        time.sleep(ahead_for)
        clock.jump(0)
        time.sleep(NOTICED_WITHIN)
        _check_waits(here)
        here.conclude(expected=62)
        return here


def _check_waits(here):
    """Nothing may wait longer than the longest pause there is, because a clock was wrong for a while."""
    waits = record.waits(here.house.database)
    here.facts.append("; ".join(f"{one} waits {seconds:.0f} s" for one, seconds in waits.items()) or "nothing waits")
    here.expect(all(seconds < 10 * 3_600 for seconds in waits.values()), f"sends wait until the wrong day: {waits}")


def _wait_sent(here, server, count, seconds=25):
    """Waits until so many are accepted; looking wakes the queue."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        sends = record.read(here.house.database).values()
        done = sum(send.status == "sent" for send in sends)
        if done >= count:
            return
        server.call("list_sends", limit=1)
        time.sleep(0.2)
    queued = [send.subject for send in sends if send.status == "queued"]
    names = " ".join(sorted(queued)[:40])
    here.faults.append(f"{done} of {count} are sent within {seconds} s, and these wait: {names}")


def stopped_before_gate(binary, small):
    """The owner is stopped before the gate, for longer than its lease; another sends; the owner wakes and must not."""
    return _stopped(binary, "data")


def stopped_behind_gate(binary, small):
    """The owner is stopped after the final dot; the reply comes while it sleeps; it wakes and knows better."""
    return _stopped(binary, "reply")


def _stopped(binary, phase):
    hold = Hold(**{phase: {1}})
    with trouble(binary, hook=hold) as here:
        # A lease is measured by heartbeats: all processes of one house have the same.
        here.house.environment["ENVELOPE_LEASE_SECONDS"] = str(LEASE)
        owner = here.start()
        here.begin_send(owner, "stopped", wait_seconds=0).result(30)
        hold.wait(phase)
        freeze(owner.pid)
        hold.let_go()
        try:
            other = here.start()
            wanted = "accepted" if phase == "data" else "unconfirmed"
            _wait_state(here, other, wanted)
            dots = here.peer.received()
        finally:
            os.kill(owner.pid, signal.SIGCONT)
        _wait_awake(here, owner, phase)
        after = here.peer.received()
        here.expect(after == dots == 1, f"{dots} final dots while it slept, {after} after")
        send = next(iter(record.read(here.house.database).values()))
        here.facts.append(f"{send.state}: {' '.join(send.events)}")
        if phase == "reply":
            here.expect("reconciled" in send.events, f"the reply that the owner had was not used: {send.events}")
        # It lives and owns nothing: what comes next goes out.
        here.send(owner, "afterwards")
        here.conclude(states=("accepted",), expected=2)
        return here


def _wait_state(here, other, wanted):
    start = time.monotonic()
    while time.monotonic() < start + TAKEN_OVER_WITHIN:
        other.call("list_sends", limit=1)
        if next(iter(record.read(here.house.database).values())).state == wanted:
            here.facts.append(f"taken over with a stopped owner, {wanted}")
            return
        time.sleep(0.2)
    here.faults.append(f"a stopped owner kept its send for {TAKEN_OVER_WITHIN} s; it did not become {wanted}")


def _wait_awake(here, owner, phase):
    """Gives the owner what it needs to act on what it missed: an answer from it, and a while more."""
    owner.call("list_sends", limit=1)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        send = next(iter(record.read(here.house.database).values()))
        if phase == "reply" and "reconciled" in send.events:
            return
        time.sleep(0.1)
