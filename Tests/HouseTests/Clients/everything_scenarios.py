"""What the public conformance suite plays against a server, scenario by scenario, in words of this project.

Each scenario is a function of a wire that says what it saw with `check`. A scenario is listed for the revisions that
the suite requires it in; `extra` are those which it does not score, or does not have.
"""

import json

from everything_wire import MODERN

ALICE = {"action": "accept", "content": {"name": "Alice"}}
SAMPLE = {
    "role": "assistant", "content": {"type": "text", "text": "The capital of France is Paris."},
    "model": "test-model", "stopReason": "endTurn",
}
ROOTS = {"roots": [{"uri": "file:///test/root", "name": "Test Root"}]}
WATCHED = "test://watched-resource"


class Scenario:
    """One scenario and where it holds: since which legacy revision, in the modern one, over which transport."""

    def __init__(self, run, name, since, modern, http_only, extra):
        self.run, self.name, self.since, self.modern = run, name, since, modern
        self.http_only, self.extra = http_only, extra

    def holds(self, revision):
        return self.modern if revision == MODERN else self.since is not None and revision >= self.since


SCENARIOS = []


def scenario(name, since="2024-11-05", modern=True, http_only=False, extra=False):
    def add(run):
        SCENARIOS.append(Scenario(run, name, since, modern, http_only, extra))
        return run
    return add


class Look:
    """What one scenario finds. `should` is for what the suite only warns about."""

    def __init__(self, wire, kind, connect):
        self.wire, self.is_http, self.connect = wire, kind == "http", connect
        self.failed, self.warned, self.checks = [], [], 0

    def check(self, holds, what, saw=None):
        self.checks += 1
        if not holds:
            self.failed.append(what if saw is None else f"{what}; saw {json.dumps(saw, default=str)[:600]}")
        return bool(holds)

    def should(self, holds, what):
        self.checks += 1
        if not holds:
            self.warned.append(what)

    def status(self, reply, wanted):
        if self.is_http:
            self.check(reply.status == wanted, f"the HTTP status is {wanted}", [reply.status, reply.message])

    def call(self, name, arguments=None, **more):
        return self.wire.request("tools/call", {"name": name, "arguments": arguments or {}}, **more)

    def content(self, name, arguments=None, **more):
        """The content of a call that must succeed."""
        reply = self.call(name, arguments, **more)
        self.check(reply.result is not None, f"{name} gives a result", reply.message)
        return (reply.result or {}).get("content") or [{}]

    def text(self, reply):
        texts = [one["text"] for one in (reply.result or {}).get("content", []) if one["type"] == "text"]
        return texts[0] if texts else ""


def chosen(revision, kind, names=()):
    """The scenarios for a revision and a transport, and the names of those that another transport would need."""
    held = [one for one in SCENARIOS if one.holds(revision) and (not names or one.name in names)]
    return [one for one in held if kind == "http" or not one.http_only], [
        one.name for one in held if kind != "http" and one.http_only]
