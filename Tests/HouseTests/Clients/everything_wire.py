"""Raw JSON-RPC with the everything server: what its two transports have in common.

A wire sends requests and gives what came for each: the response, the notifications before it and the server's own
requests, which it answers by a table. Every message of the server is kept and, in the end, held against the
protocol's schema of its revision.
"""

import json
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
