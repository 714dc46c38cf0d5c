"""What the troubles share: a house with a peer, things that are held and let go, and words for what cannot run here."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time

import record
from host import Gone, House, Refused
from peer import Peer


class NotRun(Exception):
    """This machine cannot make the trouble; says why."""


class Hold:
    """Holds connections of the peer at a phase until they are let go: `{"data": {1}}` holds the first one at DATA."""

    def __init__(self, **phases):
        self.phases = phases
        self.reached = {phase: threading.Event() for phase in phases}
        self.gate = threading.Event()

    def __call__(self, phase, connection):
        if connection in self.phases.get(phase, ()):
            self.reached[phase].set()
            self.gate.wait(120)

    def wait(self, phase, seconds=30):
        if not self.reached[phase].wait(seconds):
            raise TimeoutError(f"no connection came to {phase}")

    def let_go(self):
        self.gate.set()


class Trouble:
    """One house, its peer, and what was found wrong."""

    def __init__(self, house, peer):
        self.house = house
        self.peer = peer
        self.faults = []
        self.facts = []
        self.held = []
        self.refused = []
        self._servers = []

    def start(self, **environment):
        server = self.house.start(**environment)
        self._servers.append(server)
        return server.begin()

    def expect(self, condition, otherwise):
        if not condition:
            self.faults.append(otherwise)

    def send(self, server, subject, text="hello", to=None, wait_seconds=4):
        """One call; the send, or None when it was refused or the server is gone."""
        return self.take(self.begin_send(server, subject, text, to, wait_seconds), subject)

    def begin_send(self, server, subject, text="hello", to=None, wait_seconds=4):
        return server.begin_call("send_email", to=to or [f"{subject}@peer.test"], subject=subject, text=text,
                                 wait_seconds=wait_seconds)

    def take(self, answer, subject):
        try:
            send = answer.result(120)
        except Refused as refusal:
            error = refusal.args[0].get("error", {})
            self.refused.append((subject, error))
            return None
        except Gone:
            return None
        self.held.append(send["id"])
        return send

    def send_again_what_was_refused(self, server):
        """A refusal means that nothing was recorded: so what was refused may be sent again."""
        again, self.refused = self.refused, []
        for subject, _ in again:
            self.expect(self.send(server, subject), f"{subject} is refused again: {self.refused[-1:]}")

    def check_refusals(self, about, passes=True):
        """Each says what happened and what to do, and whether to try again: only what passes without a person."""
        for subject, error in self.refused:
            text = f"{error.get('message', '')} {error.get('hint', '')}"
            self.expect(error.get("retryable") is passes, f"whether to repeat {subject} is not told: {error}")
            self.expect(any(word in text.lower() for word in about), f"the refusal of {subject} is not clear: {text}")
            self.expect(not error.get("may_have_been_delivered"), f"the refusal of {subject} is in doubt: {error}")

    def conclude(self, states=("accepted",), seconds=60, expected=None):
        """Everything that is left goes out, once, and the record agrees with the peer."""
        for server in self._servers:
            if server.process.poll() is None:
                server.stop()
        self.expect(record.drained(self.house, seconds), "the queue is not drained")
        self.peer.wait_idle()
        sends = record.read(self.house.database)
        self.faults += record.violations(sends, self.peer, self.held)
        self.faults += record.faults_of_file(self.house.database)
        subjects = [send.subject for send in sends.values()]
        self.expect(len(subjects) == len(set(subjects)), "a message is in the record twice")
        for send in sends.values():
            self.expect(send.state in states, f"{send.subject} is {send.state}: {' '.join(send.events)}")
        if expected is not None:
            self.expect(len(sends) == expected, f"{len(sends)} sends are recorded, not {expected}")
        count = sum(self.peer.taken_messages().values())
        self.facts.append(f"{len(sends)} sends, {count} taken")
        return sends

    def close(self):
        for server in self._servers:
            if server.process.poll() is None:
                server.kill()
            server.ended()


@contextlib.contextmanager
def trouble(binary, hook=None, folder=None, **options):
    """Lends a house in a folder that goes away, and a peer."""
    wrapper = options.pop("wrapper", ())
    environment = options.pop("environment", {})
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="envelope-trouble-"))
        peer = stack.enter_context(Peer(on_phase=hook, **options))
        lent = Trouble(House(binary, folder, peer.port, wrapper, **environment), peer)
        try:
            yield lent
        finally:
            if isinstance(hook, Hold):
                hook.let_go()
            lent.close()


@contextlib.contextmanager
def mounted(*arguments):
    """A mount on a folder of its own: `mounted("-t", "tmpfs", …)`."""
    folder = tempfile.mkdtemp(prefix="envelope-mount-")
    try:
        command(["mount", *arguments, folder])
        try:
            yield folder
        finally:
            until_it_works(["umount", folder])
    finally:
        os.rmdir(folder)


def command(words):
    """Runs a system command that this machine may not allow."""
    if not shutil.which(words[0]):
        raise NotRun(f"{words[0]} is not installed")
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise NotRun(f"{' '.join(words[:4])}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")


def until_it_works(words):
    for _ in range(50):
        if subprocess.run(words, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
