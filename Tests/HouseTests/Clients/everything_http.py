"""JSON-RPC over HTTP with nothing but the standard library, so that every header field is as a scenario wants it."""

import http.client
import json
import re
import subprocess
import threading

from everything_wire import SECONDS, Broken, Reply, Wire


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
