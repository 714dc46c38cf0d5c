"""The moments at which a process dies in the crash matrix, and what must become of the send by the theory.

The theory: until the gate's commit nothing can have been accepted, so the send is queued again and goes out once. From
that commit until the reply is in the record nobody can know, so it is `unconfirmed` and is never sent again. After
that the record knows.
"""

import dataclasses

BEFORE, DOUBT, AFTER = "before the gate", "in doubt", "settled"

# A debug build kills itself there (ENVELOPE_STOP_AT). In the order of an attempt.
OWN = {
    "after_insert": (BEFORE, "the send is recorded, nobody has an answer yet"),
    "after_claim": (BEFORE, "the send is claimed"),
    "connecting": (BEFORE, "the connection is about to be made"),
    "mail": (BEFORE, "MAIL is about to go"),
    "rcpt": (BEFORE, "RCPT is about to go, or went with MAIL (pipelining)"),
    "data": (BEFORE, "DATA is about to go, or went with MAIL (pipelining)"),
    "body": (BEFORE, "354 was read, the mail data begins"),
    "body_half": (BEFORE, "half of a long message is handed over"),
    "at_gate": (BEFORE, "the gate is about to be committed"),
    "after_gate": (DOUBT, "the gate is committed, the last octets are not handed over"),
    "dot_sent": (DOUBT, "the final dot is handed over"),
    "reply_read": (DOUBT, "the reply to it was read"),
    "before_settle": (DOUBT, "the end is about to be recorded"),
    "after_settle": (AFTER, "the end is recorded"),
}
# The peer kills the client there, before it answers.
PEERS = {
    "greeting": (BEFORE, "the connection is made, no greeting yet"),
    "ehlo": (BEFORE, "EHLO arrived"),
    "auth": (BEFORE, "AUTH arrived"),
    "mail": (BEFORE, "MAIL arrived"),
    "rcpt": (BEFORE, "RCPT arrived"),
    "data": (BEFORE, "DATA arrived"),
    "body": (BEFORE, "a part of a long message arrived"),
    "dot_lost": (DOUBT, "the final dot arrived, the server forgets the message"),
    "dot": (DOUBT, "the final dot arrived, the server takes the message"),
    "replied": (DOUBT, "the reply is in the client's socket, unread"),
}
IN_A_SESSION = ("connecting", "greeting", "ehlo", "auth")
SMALL = (("own", "after_insert"), ("own", "at_gate"), ("own", "after_gate"), ("own", "before_settle"),
         ("peer", "data"), ("peer", "dot"))


@dataclasses.dataclass(frozen=True)
class Case:
    """Where a process dies (`by` itself or the peer), and while it does what."""

    by: str
    moment: str
    variant: str

    @property
    def stage(self):
        return (OWN if self.by == "own" else PEERS)[self.moment][0]

    @property
    def words(self):
        return (OWN if self.by == "own" else PEERS)[self.moment][1]

    @property
    def is_long(self):
        return self.moment == "body_half" or (self.by, self.moment) == ("peer", "body")

    @property
    def transaction(self):
        """Dies in the n-th mail transaction."""
        return VARIANTS[self.variant].transaction

    @property
    def pipelining(self):
        return VARIANTS[self.variant].pipelining

    @property
    def stop_at(self):
        """For ENVELOPE_STOP_AT: the moment, and how often it was reached by then."""
        return f"{self.moment}:{self.transaction}"

    @property
    def expected(self):
        """The state in the end."""
        if self.stage is not DOUBT:
            return "accepted"
        # One recipient has it already, and the doubt is about the other.
        return "partial" if self.variant == "retried" else "unconfirmed"


@dataclasses.dataclass(frozen=True)
class Variant:
    title: str
    words: str
    recipients: tuple
    transaction: int
    leaves_out: tuple = ()
    pipelining: bool = True


VARIANTS = {
    "one": Variant(
        "One message", "One recipient, a fresh connection.", ("ada@peer.test",), 1),
    "two": Variant(
        "Two recipients, one put off",
        "The server takes `ada` and answers the first RCPT for `later` with 451. It does not offer PIPELINING: each "
        "command waits for the reply before it.",
        ("ada@peer.test", "later@peer.test"), 1, pipelining=False),
    "retried": Variant(
        "The second attempt",
        "As before, with PIPELINING; the process dies while it tries again for `later`. `ada` has the message.",
        ("ada@peer.test", "later@peer.test"), 2,
        # By then the kernel has given the connection a send buffer that holds the whole message.
        ("after_insert", *IN_A_SESSION, "peer/body")),
    "reused": Variant(
        "The second message on a connection", "Another message was accepted on it just before.",
        ("ada@peer.test",), 2, IN_A_SESSION),
}


def cases(small=False):
    """All, in the order of the table; or those of `make test`."""
    if small:
        return [Case(by, moment, "one") for by, moment in SMALL]
    return [Case(by, moment, variant)
            for variant in VARIANTS
            for by, moments in (("own", OWN), ("peer", PEERS))
            for moment in moments
            if not {moment, f"{by}/{moment}"} & set(VARIANTS[variant].leaves_out)]
