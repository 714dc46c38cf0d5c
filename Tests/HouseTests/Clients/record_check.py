"""Checks what the tap wrote down: every line of the program against the protocol schema of the revision it is in.

Which definition a message must fit follows from the conversation alone: a result from the request that it answers, in
the revision of that request's envelope or of the handshake. The schemas themselves are applied by the validator of
the protocol engine's own tests.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
VALIDATOR = REPOSITORY / "Tests/MCPTests/validate_messages.py"
SCHEMAS = REPOSITORY.parent / "shared/mcp-schema"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
NEWEST_LEGACY = "2025-11-25"

RESULTS = {
    "initialize": "InitializeResult", "server/discover": "DiscoverResult", "ping": "EmptyResult",
    "tools/list": "ListToolsResult", "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult", "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "resources/subscribe": "EmptyResult", "resources/unsubscribe": "EmptyResult",
    "prompts/list": "ListPromptsResult", "prompts/get": "GetPromptResult", "completion/complete": "CompleteResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}
NOTIFICATIONS = {
    "notifications/progress": "ProgressNotification", "notifications/message": "LoggingMessageNotification",
    "notifications/cancelled": "CancelledNotification",
    "notifications/resources/updated": "ResourceUpdatedNotification",
    "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
}
REQUESTS = {"elicitation/create": "ElicitRequest", "ping": "PingRequest"}
MODERN = "2026-07-28"
UNSUPPORTED_VERSION = -32022


class BadRecord(Exception):
    """A message of the program that answers nothing, fits nothing, or differs between its two channels."""


class Conversation:
    """One process of the program, read from its record."""

    def __init__(self, path):
        self.negotiated = NEWEST_LEGACY
        self.asked = {}
        self.cases = []
        self.methods = Counter()
        for entry in map(json.loads, path.read_text().splitlines()):
            try:
                message = json.loads(entry["line"])
            except ValueError:
                if entry["from"] == "client":
                    continue
                raise BadRecord(f"no JSON on standard output: {entry['line'][:300]}") from None
            if entry["from"] == "client":
                self.hear(message)
            else:
                self.judge(message)

    def hear(self, message):
        """Remembers a request by its id, type included."""
        if "method" not in message or "id" not in message:
            return
        envelope = (message.get("params") or {}).get("_meta") or {}
        self.asked[json.dumps(message["id"])] = (message["method"], envelope.get(VERSION_KEY))

    def judge(self, message):
        if "method" in message:
            known = REQUESTS if "id" in message else NOTIFICATIONS
            if message["method"] not in known:
                raise BadRecord(f"a client was sent {message['method']}")
            return self.add(self.open_revision or self.negotiated, known[message["method"]], message)
        key = json.dumps(message.get("id"))
        if key not in self.asked:
            raise BadRecord(f"an answer to nothing: {json.dumps(message)[:300]}")
        method, revision = self.asked.pop(key)
        if method == "initialize" and "result" in message:
            self.negotiated = message["result"]["protocolVersion"]
        definition = self.definition(method, message)
        if "result" in message:
            self.methods[method] += 1
        if definition == "UnsupportedProtocolVersionError":
            revision = MODERN
        self.add(revision or self.negotiated, definition, message)

    def definition(self, method, message):
        if "error" in message:
            return "UnsupportedProtocolVersionError" if message["error"]["code"] == UNSUPPORTED_VERSION else "error"
        if message["result"].get("resultType") == "input_required":
            return "InputRequiredResult"
        if method == "tools/call":
            self.compare_channels(message["result"])
        if method not in RESULTS:
            raise BadRecord(f"a result for {method}")
        return RESULTS[method]

    def compare_channels(self, result):
        """The text block holds the same JSON as structuredContent: some clients show the model only one of them."""
        if "structuredContent" in result and json.loads(result["content"][0]["text"]) != result["structuredContent"]:
            raise BadRecord(f"the two channels differ: {json.dumps(result)[:500]}")

    def add(self, revision, definition, message):
        self.cases.append({"revision": revision, "definition": definition, "message": message})

    @property
    def open_revision(self):
        """The modern revision of the requests that are still open, which a notification belongs to."""
        return next((revision for _, revision in self.asked.values() if revision), None)


def check(folder):
    """Validates every conversation in the folder; gives messages by revision and answered requests by method."""
    if not SCHEMAS.is_dir():
        raise BadRecord(f"the protocol's schemas are not in {SCHEMAS}")
    conversations = [Conversation(path) for path in sorted(Path(folder).glob("*.jsonl"))]
    cases = [case for one in conversations for case in one.cases]
    if not cases:
        raise BadRecord("nothing of the program was recorded")
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    found = subprocess.run(
        [sys.executable, str(VALIDATOR), str(SCHEMAS)], input=lines, capture_output=True, text=True)
    if found.returncode != 0 or f"{len(cases)} checked" not in found.stdout:
        raise BadRecord(f"against the schemas: {found.stdout[-3000:]}{found.stderr[-1000:]}")
    return {
        "processes": len(conversations),
        "messages": Counter(case["revision"] for case in cases),
        "answered": sum((one.methods for one in conversations), Counter()),
    }
