"""Raw JSON-RPC with the everything server over both transports, with nothing but the standard library.

A wire sends requests and gives what came for each: the response, the notifications before it and the server's own
requests, which it answers by a table. Every message of the server is kept and, in the end, held against the
protocol's schema of its revision.
"""

import http.client
import json
import queue
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
VALIDATOR = REPOSITORY / "Tests/MCPTests/validate_messages.py"
SCHEMAS = REPOSITORY.parent / "shared/mcp-schema"
P = "io.modelcontextprotocol/"
MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
SECONDS = 20

RESULTS = {
    "initialize": "InitializeResult", "server/discover": "DiscoverResult", "ping": "EmptyResult",
    "logging/setLevel": "EmptyResult", "tools/list": "ListToolsResult", "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult", "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult", "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult", "prompts/list": "ListPromptsResult", "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult", "subscriptions/listen": "SubscriptionsListenResult",
}
MESSAGES = {
    "notifications/progress": "ProgressNotification", "notifications/message": "LoggingMessageNotification",
    "notifications/cancelled": "CancelledNotification",
    "notifications/resources/updated": "ResourceUpdatedNotification",
    "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
    "elicitation/create": "ElicitRequest", "sampling/createMessage": "CreateMessageRequest",
    "roots/list": "ListRootsRequest", "ping": "PingRequest",
}
ERRORS = {
    -32020: "HeaderMismatchError", -32021: "MissingRequiredClientCapabilityError",
    -32022: "UnsupportedProtocolVersionError",
}


class Broken(Exception):
    """The server did something that no scenario can go on after."""


@dataclass
class Reply:
    """What came for one request. `status` and `fields` are of HTTP alone."""

    message: dict | None = None
    before: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    status: int | None = None
    fields: dict = field(default_factory=dict)

    @property
    def result(self):
        return (self.message or {}).get("result")

    @property
    def error(self):
        return (self.message or {}).get("error")

    @property
    def code(self):
        return (self.error or {}).get("code")

    def told(self, method):
        return [one for one in self.before if one["method"] == method]


def faults(cases):
    """What the schemas find wrong with messages that were kept, one line each."""
    if not SCHEMAS.is_dir():
        return [f"the protocol's schemas are not in {SCHEMAS}"]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    found = subprocess.run([sys.executable, str(VALIDATOR), str(SCHEMAS)], input=lines, capture_output=True, text=True)
    if found.returncode == 0 and f"{len(cases)} checked" in found.stdout:
        return []
    return (found.stdout + found.stderr).strip().splitlines() or ["the validator failed"]


class Wire:
    """What both transports share: ids, envelopes, the table of answers, the record of what was received."""

    def __init__(self, revision):
        self.revision = revision
        self.is_modern = revision == MODERN
        self.capabilities = {"elicitation": {}, "sampling": {}, "roots": {}}
        self.answers = {}
        self.cases = []
        self.last_id = 0
        self.lock = threading.Lock()

    def next_id(self):
        with self.lock:
            self.last_id += 1
            return self.last_id

    def envelope(self, capabilities=None):
        return {
            f"{P}protocolVersion": self.revision, f"{P}clientInfo": {"name": "everything-driver", "version": "1"},
            f"{P}clientCapabilities": self.capabilities if capabilities is None else capabilities,
        }

    def message(self, method, params=None, *, meta=None, capabilities=None, bare=False, id=None):
        """A request of this wire's revision; `bare` leaves the parameters exactly as they are."""
        message = {"jsonrpc": "2.0", "id": self.next_id() if id is None else id, "method": method}
        params = None if params is None else dict(params)
        if self.is_modern and not bare:
            params = params or {}
            params["_meta"] = {**self.envelope(capabilities), **(meta or {})}
        elif meta:
            params = {**(params or {}), "_meta": meta}
        if params is not None:
            message["params"] = params
        return message

    def keep(self, method, message, revision=None):
        """Puts a message of the server down for validation. `method` is that of the request which it answers."""
        revision = revision or self.revision
        if "method" in message:
            definition = MESSAGES.get(message["method"])
            if definition is None:
                raise Broken(f"the server sent {message['method']}")
        elif "error" in message:
            definition = ERRORS.get(message["error"].get("code"), "error")
        elif message["result"].get("resultType") == "input_required":
            definition = "InputRequiredResult"
        else:
            definition = RESULTS.get(method)
            if definition is None:
                raise Broken(f"a result for {method}")
        with self.lock:
            self.cases.append({"revision": revision, "definition": definition, "message": message})
        return message

    def answer(self, request):
        """The response to a request of the server."""
        answer = self.answers.get(request["method"])
        if answer is None:
            error = {"code": -32601, "message": "Method not found"}
            return {"jsonrpc": "2.0", "id": request["id"], "error": error}
        return {"jsonrpc": "2.0", "id": request["id"], "result": answer}

    def connect(self):
        """The handshake, where the revision has one; the server's reply to it."""
        if self.is_modern:
            return None
        reply = self.request("initialize", {
            "protocolVersion": self.revision, "capabilities": self.capabilities,
            "clientInfo": {"name": "everything-driver", "version": "1"},
        })
        if reply.result is None:
            raise Broken(f"initialize failed: {reply.message}")
        self.settle(reply)
        self.notify("notifications/initialized")
        return reply

    def settle(self, reply):
        """Takes what the handshake gave."""


class StdioWire(Wire):
    """A process of the server's own, on pipes."""

    def __init__(self, binary, revision):
        super().__init__(revision)
        self.process = subprocess.Popen(
            [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.pending = {}
        self.strays = []

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def write(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def notify(self, method, params=None):
        self.write({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    def start(self, message):
        """Sends a request whose answer is waited for later."""
        self.pending[json.dumps(message["id"])] = (message["method"], Reply())
        self.write(message)

    def turn(self):
        """Takes one line; gives the id that it answered, if it answered one."""
        try:
            line = self.lines.get(timeout=SECONDS)
        except queue.Empty:
            raise Broken(f"nothing came for {SECONDS} s") from None
        if line is None:
            raise Broken("the server ended")
        message = json.loads(line)
        if "method" in message:
            self.keep(None, message)
            target = self.target(message)
            if "id" in message:
                for _, reply in self.pending.values():
                    reply.asked.append(message)
                self.write(self.answer(message))
            elif target is not None:
                target.before.append(message)
            else:
                self.strays.append(message)
            return None
        key = json.dumps(message.get("id"))
        if key not in self.pending:
            raise Broken(f"an answer to nothing: {line[:300]}")
        method, reply = self.pending[key]
        reply.message = self.keep(method, message)
        return key

    def target(self, message):
        """The open request that a notification belongs to; on one pipe only its parameters can tell."""
        params = message.get("params", {})
        subscription = params.get("_meta", {}).get(f"{P}subscriptionId")
        if subscription is not None:
            return self.pending.get(json.dumps(subscription), (None, None))[1]
        if message["method"] == "notifications/resources/updated":
            return None
        waiting = [reply for _, reply in self.pending.values() if reply.message is None]
        return waiting[-1] if waiting else None

    def finish(self, id):
        key = json.dumps(id)
        while self.pending[key][1].message is None:
            self.turn()
        return self.pending.pop(key)[1]

    def request(self, method, params=None, *, fields=None, **more):
        """`fields` has no meaning here."""
        message = self.message(method, params, **more)
        self.start(message)
        return self.finish(message["id"])

    def several(self, calls):
        """Requests that are all open at once."""
        messages = [self.message(method, params, **more) for method, params, more in calls]
        for message in messages:
            self.start(message)
        return [self.finish(message["id"]) for message in messages]

    def updates(self, uri, trigger):
        """What a subscription tells while `trigger` runs: the notifications up to the first update of `uri`."""
        if not self.is_modern:
            self.request("resources/subscribe", {"uri": uri})
            trigger(self)
            while not self.strays:
                self.turn()
            told = list(self.strays)
            self.strays.clear()
            self.request("resources/unsubscribe", {"uri": uri})
            return told
        message = self.message("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
        self.start(message)
        told = self.pending[json.dumps(message["id"])][1].before
        while not told:
            self.turn()
        trigger(self)
        while len(told) < 2:
            self.turn()
        # Whether an answer comes is the server's affair; nothing waits for it.
        self.notify("notifications/cancelled", {"requestId": message["id"]})
        return list(told)

    def listen(self, notifications, trigger=None):
        """The acknowledgement of a subscription, and what else came until a later request had its answer."""
        message = self.message("subscriptions/listen", {"notifications": notifications})
        self.start(message)
        reply = self.pending[json.dumps(message["id"])][1]
        while not reply.before and reply.message is None:
            self.turn()
        if trigger:
            trigger(self)
        self.request("tools/list")
        self.notify("notifications/cancelled", {"requestId": message["id"]})
        return reply

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Broken("the server did not end with its input") from None
        if self.process.returncode != 0:
            raise Broken(f"the server ended with status {self.process.returncode}")


class HTTPServer:
    """A process that listens on a port of its own choice."""

    def __init__(self, binary):
        self.process = subprocess.Popen(
            [binary, "--http", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.port = None
        for line in self.process.stderr:
            found = re.search(rb"http://127\.0\.0\.1:(\d+)/mcp", line)
            if found:
                self.port = int(found[1])
                break
        if self.port is None:
            raise Broken("the server did not say where it listens")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def close(self):
        self.process.kill()
        self.process.wait()


class HTTPWire(Wire):
    """One client of an HTTP server: a session in a legacy revision, loose requests in the modern one."""

    def __init__(self, port, revision):
        super().__init__(revision)
        self.port = port
        self.session = None

    def settle(self, reply):
        self.session = reply.fields.get("mcp-session-id")

    def standard(self, message):
        """The header fields that go with a message."""
        fields = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        params = message.get("params") or {}
        if self.is_modern:
            fields["MCP-Protocol-Version"] = self.revision
            fields["Mcp-Method"] = message["method"]
            name = params.get("uri") if message["method"] == "resources/read" else params.get("name")
            if name is not None:
                fields["Mcp-Name"] = name
        elif message.get("method") != "initialize" and self.session:
            fields["Mcp-Session-Id"] = self.session
            if self.revision >= "2025-06-18":
                fields["MCP-Protocol-Version"] = self.revision
        return fields

    def open(self, verb, body=None, fields=()):
        """One exchange; the fields are given as they shall stand, those that are None left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        fields = dict(fields)
        connection.putrequest(verb, "/mcp", skip_host="Host" in fields, skip_accept_encoding=True)
        if body is not None:
            fields["Content-Length"] = str(len(body))
        for name, value in fields.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        return connection, connection.getresponse()

    @staticmethod
    def events(response):
        """Each message of an event stream."""
        data = []
        while True:
            line = response.readline()
            if not line:
                return
            line = line.rstrip(b"\r\n")
            if line.startswith(b"data:"):
                data.append(line[5:].strip())
            elif not line and data:
                yield json.loads(b"\n".join(data))
                data = []

    def exchange(self, message, fields=None):
        """Posts a request and takes in all that comes for it."""
        given = self.standard(message)
        for name, value in (fields or {}).items():
            given = {one: given[one] for one in given if one.lower() != name.lower()}
            given[name] = value
        connection, response = self.open("POST", json.dumps(message).encode(), given)
        reply = Reply(status=response.status, fields={name.lower(): value for name, value in response.getheaders()})
        method = message.get("method")
        try:
            if reply.fields.get("content-type", "").startswith("text/event-stream"):
                for one in self.events(response):
                    if "method" not in one:
                        reply.message = self.keep(method, one)
                        break
                    self.keep(None, one)
                    (reply.asked if "id" in one else reply.before).append(one)
                    if "id" in one:
                        self.post(self.answer(one))
            else:
                body = response.read()
                if reply.fields.get("content-type", "").startswith("application/json"):
                    reply.message = self.keep(method, json.loads(body))
        finally:
            connection.close()
        return reply

    def post(self, message):
        """Posts what has no answer."""
        connection, response = self.open("POST", json.dumps(message).encode(), self.standard(message))
        if response.status != 202 or response.read():
            raise Broken(f"{response.status} for {json.dumps(message)[:200]}")
        connection.close()

    def notify(self, method, params=None):
        self.post({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    def request(self, method, params=None, *, fields=None, **more):
        return self.exchange(self.message(method, params, **more), fields)

    def several(self, calls):
        replies = [None] * len(calls)

        def run(place, method, params, more):
            replies[place] = self.request(method, params, **more)

        threads = [threading.Thread(target=run, args=(place, *call)) for place, call in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if None in replies:
            raise Broken("a request of several got no answer")
        return replies

    def stream(self, connection, response, enough, trigger, first):
        """Reads an event stream until `enough`; the trigger runs once `first` messages are there."""
        told = []
        if first == 0:
            trigger(self)
        for one in self.events(response):
            told.append(self.keep("subscriptions/listen", one))
            if len(told) == first and trigger:
                trigger(self)
            if len(told) >= enough:
                break
        connection.sock and connection.sock.close()
        connection.close()
        return told

    def updates(self, uri, trigger):
        if self.is_modern:
            message = self.message("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
            connection, response = self.open("POST", json.dumps(message).encode(), self.standard(message))
            return self.stream(connection, response, 2, trigger, 1)
        fields = {**self.standard({"method": "GET"}), "Accept": "text/event-stream"}
        connection, response = self.open("GET", None, fields)
        if response.status != 200:
            raise Broken(f"{response.status} for the session's stream")
        self.request("resources/subscribe", {"uri": uri})
        told = self.stream(connection, response, 1, trigger, 0)
        self.request("resources/unsubscribe", {"uri": uri})
        return told

    def listen(self, notifications, trigger=None):
        message = self.message("subscriptions/listen", {"notifications": notifications})
        connection, response = self.open("POST", json.dumps(message).encode(), self.standard(message))
        reply = Reply(status=response.status)
        if response.status != 200:
            reply.message = self.keep("subscriptions/listen", json.loads(response.read()))
            return reply
        reply.before = self.stream(connection, response, 1, trigger, 1)
        return reply

    def close(self):
        if self.session:
            connection, response = self.open("DELETE", None, self.standard({"method": "DELETE"}))
            connection.close()
