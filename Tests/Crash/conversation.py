"""One SMTP connection of the test peer, from the greeting to its end."""

import dataclasses
import re
import time

# In the order of a session. `body` is the first time that mail data was read; `dot` is before the server decides,
# `reply` after it took the message and before it says so, `replied` after it said so.
PHASES = ("greeting", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot", "reply", "replied")
END = b"\r\n.\r\n"
BODY_SEEN = 8_192


class Drop(Exception):
    """Raised by a hook: the connection is closed without another word."""


@dataclasses.dataclass
class Dot:
    """A final dot that arrived, and whether the message was taken."""

    message_id: str
    recipients: tuple
    connection: int
    taken: bool = False


class Conversation:
    """One connection, from the greeting to its end."""

    def __init__(self, peer, line, number):
        self.peer = peer
        self.line = line
        self.number = number
        self.buffer = bytearray()
        self.recipients = []
        self.dots = 0

    def run(self):
        self.peer.phase("greeting", self.number)
        if time.monotonic() < self.peer.busy_until:
            self.peer.refused += 1
            return self.say("421 4.3.2 busy")
        self.say("220 peer.test ESMTP")
        while True:
            command = self.read_line()
            verb = command[:4].upper()
            if verb == "EHLO":
                self.peer.phase("ehlo", self.number)
                offers = ["peer.test", "AUTH PLAIN LOGIN", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
                          "SIZE 50000000"] + (["PIPELINING"] if self.peer.pipelining else [])
                self.say("\r\n".join(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}")
            elif verb == "AUTH":
                self.peer.phase("auth", self.number)
                self.authenticate(command)
            elif verb == "MAIL":
                self.recipients = []
                self.peer.phase("mail", self.number)
                self.say("250 2.1.0 ok")
            elif verb == "RCPT":
                self.receive_recipient(command)
            elif verb == "DATA":
                self.receive_mail_data()
            elif verb in ("RSET", "NOOP"):
                self.recipients = []
                self.say("250 2.0.0 ok")
            elif verb == "QUIT":
                return self.say("221 2.0.0 bye")
            else:
                self.say("502 5.5.1 not known here")

    def authenticate(self, command):
        words = command.split()
        if len(words) < 3:
            self.say("334 ")
            self.read_line()
        if words[1].upper() == "LOGIN":
            self.say("334 UGFzc3dvcmQ6")
            self.read_line()
        self.say("235 2.7.0 welcome")

    def receive_recipient(self, command):
        address = re.search(r"<([^>]*)>", command)[1]
        self.peer.phase("rcpt", self.number)
        if self.peer.is_put_off(address):
            return self.say("451 4.3.0 not now")
        self.recipients.append(address)
        self.say("250 2.1.5 ok")

    def receive_mail_data(self):
        self.peer.phase("data", self.number)
        if not self.recipients:
            return self.say("554 5.5.1 no valid recipients")
        self.say("354 go on")
        has_seen_body = False
        start = 0
        while (end := self.buffer.find(END, max(0, start - len(END)))) < 0:
            start = len(self.buffer)
            self.fill()
            # Half a message only when it is a long one: a short one may have left in one piece.
            if not has_seen_body and len(self.buffer) >= BODY_SEEN:
                has_seen_body = True
                self.peer.phase("body", self.number)
        mail_data = bytes(self.buffer[:end])
        del self.buffer[:end + len(END)]
        field = re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", mail_data)
        dot = Dot(field[1].decode() if field else "", tuple(self.recipients), self.number)
        self.dots += 1
        self.peer.arrived(dot)
        self.peer.phase("dot", self.number)
        drops = self.peer.decides_to_drop(dot, self.dots == 1)
        if drops:
            raise Drop
        self.peer.phase("reply", self.number)
        self.say("250 2.0.0 taken")
        self.peer.phase("replied", self.number)

    def fill(self):
        octets = self.line.recv(65_536)
        if not octets:
            raise EOFError
        self.buffer += octets

    def read_line(self):
        while (end := self.buffer.find(b"\r\n")) < 0:
            self.fill()
        text = self.buffer[:end].decode(errors="replace")
        del self.buffer[:end + 2]
        return text

    def say(self, *lines):
        if self.peer.delay:
            time.sleep(self.peer.delay)
        self.line.sendall("".join(f"{text}\r\n" for text in lines).encode())
