"""A submission server on loopback that remembers what it took, for programs that die in the middle of talking to it.

`Peer` takes mail from anybody, in threads. It records every final dot that it received and every message that it took,
by Message-ID. A message counts as taken before the reply to it is written: a client that is gone by then does not make
it untaken, as with a real server. Hooks see each phase before it is answered, and may kill the client right there.
"""

import collections
import socket
import threading
import time

from conversation import Conversation, Drop


class Peer:
    """Lends itself: `with Peer() as peer`. All settings may be changed while it runs.

    on_phase(phase, connection_number)   called in the connection's thread; may raise Drop
    drop_every          every n-th connection that brings a final dot is closed without a reply; it took half of those
    busy_until          until this monotonic time each connection is greeted with 421
    delay               seconds before every reply
    segment             octets in a TCP segment; small ones keep the client's send buffer small, so that a message which
                        is larger than that cannot leave before it is read
    """

    def __init__(self, on_phase=None, drop_every=0, delay=0.0, pipelining=True, segment=0):
        self.on_phase = on_phase
        self.drop_every = drop_every
        self.delay = delay
        self.pipelining = pipelining
        self.busy_until = 0.0
        self.dots = []
        self.connections = 0
        self.refused = 0
        self.dropped = 0
        self.most_open = 0
        self._open = set()
        self._mail_connections = 0
        self._later = collections.Counter()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        if segment:
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            lines = list(self._open)
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def taken(self):
        """How often each (Message-ID, recipient) was taken."""
        with self._lock:
            return collections.Counter((dot.message_id, address) for dot in self.dots if dot.taken
                                       for address in dot.recipients)

    def taken_messages(self):
        """How often each Message-ID was taken, for whomever."""
        with self._lock:
            return collections.Counter(dot.message_id for dot in self.dots if dot.taken)

    def received(self):
        """How many final dots arrived."""
        with self._lock:
            return len(self.dots)

    def wait_idle(self, seconds=5.0):
        """Waits until no connection is open: what a dead client had sent has been read. True when that came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if not self._open:
                    return True
            time.sleep(0.005)
        return False

    def _accept(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(line)
                self.most_open = max(self.most_open, len(self._open))
            threading.Thread(target=self._serve, args=(line, number), daemon=True).start()

    def _serve(self, line, number):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            Conversation(self, line, number).run()
        except (OSError, EOFError, Drop):
            pass
        finally:
            # Taken out only now: whoever waits for an idle peer has everything on record.
            line.close()
            with self._lock:
                self._open.discard(line)

    def phase(self, phase, number):
        if self.on_phase:
            self.on_phase(phase, number)

    def is_put_off(self, address):
        """Addresses that begin with `later` are put off once, by their first RCPT."""
        if not address.startswith("later"):
            return False
        with self._lock:
            self._later[address] += 1
            return self._later[address] == 1

    def arrived(self, dot):
        with self._lock:
            self.dots.append(dot)

    def decides_to_drop(self, dot, is_first):
        """Counts connections that bring mail, and drops each n-th at its first dot; half of those were taken."""
        with self._lock:
            if is_first:
                self._mail_connections += 1
            drops = bool(self.drop_every) and is_first and self._mail_connections % self.drop_every == 0
            if drops:
                self.dropped += 1
            dot.taken = not drops or self.dropped % 2 == 0
            return drops
