"""JSON-RPC with a process of the server's own, one message a line."""

import json
import queue
import subprocess
import threading

from everything_wire import SECONDS, Broken, P, Reply, Wire


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
