"""What the public conformance suite plays against a server, scenario by scenario, in words of this project.

Each scenario is a function of a wire that says what it saw with `check`. A scenario is listed for the revisions that
the suite requires it in; `extra` are those which it does not score, or does not have.
"""

import json

from everything_wire import LEGACY, MODERN, P, Broken

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


# Life cycle and lists

@scenario("server-initialize", modern=False)
def initialize(look):
    result = look.connect().result
    look.check(result["protocolVersion"] == look.wire.revision, "the revision is agreed on", result)
    look.check(result["serverInfo"]["name"] and result["serverInfo"]["version"], "the server says what it is", result)
    look.check("tools" in result["capabilities"], "it declares what it has", result)


@scenario("ping", modern=False)
def ping(look):
    look.check(look.wire.request("ping").result == {}, "ping is answered with nothing")


@scenario("tools-list")
def tools_list(look):
    tools = look.wire.request("tools/list").result["tools"]
    look.check(tools, "there are tools")
    for tool in tools:
        look.check(tool.get("description") and tool.get("inputSchema", {}).get("type") == "object",
                   "a tool has a description and an object schema", tool)
        allowed = all(char.isascii() and (char.isalnum() or char in "_-./") for char in tool["name"])
        look.check(allowed and 1 <= len(tool["name"]) <= 64, "its name is one of 1-64 plain characters", tool["name"])


@scenario("resources-list")
def resources_list(look):
    resources = look.wire.request("resources/list").result["resources"]
    look.check(resources and all(one.get("uri") and one.get("name") for one in resources),
               "resources have a URI and a name", resources)


@scenario("prompts-list")
def prompts_list(look):
    prompts = look.wire.request("prompts/list").result["prompts"]
    look.check(prompts and all(one.get("name") and one.get("description") for one in prompts),
               "prompts have a name and a description", prompts)


@scenario("server-sse-multiple-streams")
def several_streams(look):
    meta = [{"meta": {"progressToken": f"stream-{number}"}} for number in range(3)]
    replies = look.wire.several([
        ("tools/call", {"name": "test_tool_with_progress", "arguments": {}}, more) for more in meta])
    for reply in replies:
        look.check(reply.result is not None, "each of three requests at once is answered", reply.message)
        look.status(reply, 200)
    if look.is_http:
        for number, reply in enumerate(replies):
            told = [one["params"]["progressToken"] for one in reply.told("notifications/progress")]
            look.check(told == [f"stream-{number}"] * 3, "each stream tells of its own request only", told)
        lists = look.wire.several([("tools/list", {}, {})] * 3)
        look.check([one.status for one in lists] == [200] * 3, "three lists at once are answered")
        if not look.wire.is_modern:
            # Sent by the suite within a session of another revision.
            older = {"MCP-Protocol-Version": "2025-03-26", "Accept": "text/event-stream, application/json"}
            reply = look.wire.request("tools/list", fields=older)
            look.check(reply.status == 200 and reply.result, "so is one that names an older revision", reply.message)


@scenario("dns-rebinding-protection", http_only=True)
def dns_rebinding(look):
    body = json.dumps({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }).encode()
    plain = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    port = look.wire.port
    for host, origin, fine in (
        ("evil.example.com", None, False), (f"127.0.0.1:{port}", None, True), (f"localhost:{port}", None, True),
        (f"localhost.evil.example:{port}", None, False), (f"127.0.0.1:{port}", "http://evil.example.com", False),
    ):
        connection, response = look.wire.open("POST", body, {**plain, "Host": host, "Origin": origin})
        holds = 200 <= response.status < 300 if fine else 400 <= response.status < 500
        look.check(holds, f"Host {host} with Origin {origin} is {'taken' if fine else 'refused'}", response.status)
        connection.close()


@scenario("logging-set-level", modern=False)
def set_level(look):
    look.check(look.wire.request("logging/setLevel", {"level": "info"}).result == {}, "the level is taken")
    look.check(look.wire.request("logging/setLevel", {"level": "loud"}).code == -32602, "a wrong level is not")


@scenario("completion-complete")
def complete(look):
    reply = look.wire.request("completion/complete", {
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
        "argument": {"name": "arg1", "value": "test"},
    })
    values = (reply.result or {}).get("completion", {}).get("values")
    look.check(values == ["test-arg1-one", "test-arg1-two"], "the argument is completed", reply.message)
    reply = look.wire.request("completion/complete", {
        "ref": {"type": "ref/resource", "uri": "test://template/{id}/data"},
        "argument": {"name": "id", "value": "12"},
    })
    look.check(reply.result and reply.result["completion"]["values"] == ["12", "123"], "and so is the template's id")


# Tools

@scenario("tools-call-simple-text")
def simple_text(look):
    reply = look.wire.request("tools/call", {"name": "test_simple_text"})
    look.check(look.text(reply) == "This is a simple text response for testing.", "the text comes", reply.message)


@scenario("tools-call-image")
def image(look):
    block = look.content("test_image_content")[0]
    look.check(block.get("type") == "image" and block.get("data") and block.get("mimeType") == "image/png",
               "the image comes", block)


@scenario("tools-call-audio", since="2025-03-26")
def audio(look):
    block = look.content("test_audio_content")[0]
    look.check(block.get("type") == "audio" and block.get("data") and block.get("mimeType") == "audio/wav",
               "the sound comes", block)


@scenario("tools-call-embedded-resource")
def embedded(look):
    block = look.content("test_embedded_resource")[0]
    inner = block.get("resource", {})
    look.check(block.get("type") == "resource" and inner.get("uri") and inner.get("mimeType") and inner.get("text"),
               "the resource comes with its text", block)


@scenario("tools-call-mixed-content")
def mixed(look):
    kinds = {block.get("type") for block in look.content("test_multiple_content_types")}
    look.check(kinds == {"text", "image", "resource"}, "three kinds of content come", sorted(kinds))


@scenario("tools-call-with-logging", modern=False)
def logging(look):
    look.wire.request("logging/setLevel", {"level": "debug"})
    reply = look.call("test_tool_with_logging")
    logged = [one["params"] for one in reply.told("notifications/message")]
    look.check([one["level"] for one in logged] == ["info"] * 3, "three messages are logged", logged)
    look.wire.request("logging/setLevel", {"level": "error"})
    reply = look.call("test_tool_with_logging")
    look.check(not reply.told("notifications/message"), "and none below the level asked for", reply.before)


@scenario("tools-call-error")
def failing(look):
    reply = look.call("test_error_handling")
    look.check(reply.result and reply.result.get("isError") is True and look.text(reply), "isError, with a text",
               reply.message)


@scenario("tools-call-with-progress")
def progress(look):
    reply = look.call("test_tool_with_progress", meta={"progressToken": "progress-test-1"})
    told = [one["params"] for one in reply.told("notifications/progress")]
    look.check([one["progress"] for one in told] == [0, 50, 100], "three steps are told, growing", told)
    look.check(all(one["progressToken"] == "progress-test-1" and one["total"] == 100 for one in told),
               "with the token and the total", told)
    look.check(not look.call("test_tool_with_progress").before, "and none where nobody asked")


def ask(look, tool, arguments, method, answer):
    """Calls a tool of a legacy server which must ask the client once; what it asked, and the text in the end."""
    look.wire.answers[method] = answer
    reply = look.call(tool, arguments)
    look.check([one["method"] for one in reply.asked] == [method], f"{method} is asked once", reply.asked)
    look.check(reply.result and not reply.result.get("isError"), "and the call succeeds", reply.message)
    return (reply.asked or [{}])[0].get("params", {}), look.text(reply)


@scenario("tools-call-sampling", modern=False)
def sampling(look):
    params, text = ask(look, "test_sampling", {"prompt": "Test prompt for sampling"}, "sampling/createMessage", SAMPLE)
    look.check(params.get("messages", [{}])[0].get("content", {}).get("text") == "Test prompt for sampling",
               "with the prompt", params)
    look.check("Paris" in text, "and the answer comes back", text)


@scenario("tools-call-elicitation", since="2025-06-18", modern=False)
def elicitation(look):
    answer = {"action": "accept", "content": {"username": "testuser", "email": "test@example.com"}}
    params, text = ask(look, "test_elicitation", {"message": "Who are you?"}, "elicitation/create", answer)
    look.check(params.get("message") == "Who are you?", "with the message", params)
    look.check(set(params.get("requestedSchema", {}).get("properties", {})) == {"username", "email"}, "and the form")
    look.check("action=accept" in text and "test@example.com" in text, "and the answer comes back", text)
    for refusal in ("decline", "cancel"):
        _, text = ask(look, "test_elicitation", {"message": "?"}, "elicitation/create", {"action": refusal})
        look.check(f"action={refusal}" in text, f"{refusal} comes back", text)


@scenario("elicitation-sep1034-defaults", since="2025-06-18", modern=False)
def defaults(look):
    content = {"name": "Jane Smith", "age": 25, "score": 88.0, "status": "inactive", "verified": False}
    params, text = ask(look, "test_elicitation_sep1034_defaults", {}, "elicitation/create",
                       {"action": "accept", "content": content})
    properties = params.get("requestedSchema", {}).get("properties", {})
    kinds = {name: (one.get("type"), one.get("default")) for name, one in properties.items()}
    look.check(kinds == {
        "name": ("string", "John Doe"), "age": ("integer", 30), "score": ("number", 95.5),
        "status": ("string", "active"), "verified": ("boolean", True)}, "each type has its default", kinds)
    look.check(properties.get("status", {}).get("enum") == ["active", "inactive", "pending"], "the choice is listed")
    look.check("Jane Smith" in text, "and the answer comes back", text)


@scenario("elicitation-sep1330-enums", since="2025-11-25", modern=False)
def enums(look):
    content = {
        "untitledSingle": "option1", "titledSingle": "value1", "legacyEnum": "opt1",
        "untitledMulti": ["option1", "option2"], "titledMulti": ["value1", "value2"]}
    params, text = ask(look, "test_elicitation_sep1330_enums", {}, "elicitation/create",
                       {"action": "accept", "content": content})
    form = params.get("requestedSchema", {}).get("properties", {})
    look.check({name: sorted(one) for name, one in form.items()} == {
        "untitledSingle": ["enum", "type"], "titledSingle": ["oneOf", "type"],
        "legacyEnum": ["enum", "enumNames", "type"], "untitledMulti": ["items", "type"],
        "titledMulti": ["items", "type"]}, "five forms of choice", form)
    titled = form["titledSingle"]["oneOf"] + form["titledMulti"]["items"]["anyOf"]
    look.check(all(isinstance(one["const"], str) and isinstance(one["title"], str) for one in titled),
               "titled ones with value and title")
    look.check(len(form["legacyEnum"]["enum"]) == len(form["legacyEnum"]["enumNames"]), "as many names as values")
    look.check(form["untitledMulti"]["items"] == {"type": "string", "enum": ["option1", "option2", "option3"]},
               "untitled many as plain strings")
    look.check("value2" in text, "and the answer comes back", text)


# Resources

def read(look, uri):
    reply = look.wire.request("resources/read", {"uri": uri})
    contents = (reply.result or {}).get("contents") or [{}]
    look.check(contents[0].get("uri") == uri and contents[0].get("mimeType"), f"{uri} is read", reply.message)
    return contents[0]


@scenario("resources-read-text")
def read_text(look):
    look.check(read(look, "test://static-text").get("text"), "as text")


@scenario("resources-read-binary")
def read_binary(look):
    look.check(read(look, "test://static-binary").get("blob"), "as bytes")


@scenario("resources-templates-read")
def read_template(look):
    data = json.loads(read(look, "test://template/123/data").get("text", "{}"))
    look.check(data == {"id": "123", "templateTest": True, "data": "Data for ID: 123"}, "with the id put in", data)
    templates = look.wire.request("resources/templates/list").result["resourceTemplates"]
    look.check([one["uriTemplate"] for one in templates] == ["test://template/{id}/data"], "the template is listed")


@scenario("resources-subscribe", modern=False)
def subscribe(look):
    reply = look.wire.request("resources/subscribe", {"uri": WATCHED})
    look.check(reply.result == {}, "the subscription is taken", reply.message)


@scenario("resources-unsubscribe", modern=False)
def unsubscribe(look):
    look.wire.request("resources/subscribe", {"uri": WATCHED})
    for _ in range(2):
        reply = look.wire.request("resources/unsubscribe", {"uri": WATCHED})
        look.check(reply.result == {}, "it is ended, even twice", reply.message)


@scenario("sep-2164-resource-not-found", since=None)
def not_found(look):
    uri = "test://nonexistent-resource-for-conformance-testing"
    reply = look.wire.request("resources/read", {"uri": uri})
    look.check(reply.result is None, "there is no result", reply.message)
    look.check(reply.code == -32602 and reply.error.get("data", {}).get("uri") == uri, "-32602 with the URI",
               reply.message)


# Prompts

def prompt(look, name, arguments=None):
    params = {"name": name} if arguments is None else {"name": name, "arguments": arguments}
    reply = look.wire.request("prompts/get", params)
    messages = (reply.result or {}).get("messages") or []
    look.check(messages and all(one.get("role") and one.get("content") for one in messages), f"{name} is got",
               reply.message)
    return [one["content"] for one in messages]


@scenario("prompts-get-simple")
def prompt_simple(look):
    look.check(prompt(look, "test_simple_prompt")[0].get("text"), "as text")


@scenario("prompts-get-with-args")
def prompt_arguments(look):
    text = prompt(look, "test_prompt_with_arguments", {"arg1": "testValue1", "arg2": "testValue2"})[0]["text"]
    look.check("testValue1" in text and "testValue2" in text, "with both arguments", text)
    missing = look.wire.request("prompts/get", {"name": "test_prompt_with_arguments", "arguments": {"arg1": "x"}})
    look.check(missing.code == -32602, "and not without one of them", missing.message)


@scenario("prompts-get-embedded-resource")
def prompt_resource(look):
    blocks = prompt(look, "test_prompt_with_embedded_resource", {"resourceUri": "test://example-resource"})
    look.check(blocks[0].get("resource", {}).get("uri") == "test://example-resource", "with the resource", blocks)


@scenario("prompts-get-with-image")
def prompt_image(look):
    blocks = prompt(look, "test_prompt_with_image")
    look.check(blocks[0].get("type") == "image" and blocks[0].get("data") and blocks[0].get("mimeType"), "an image")


# The modern era

@scenario("caching", since=None)
def caching(look):
    first = look.wire.request("resources/list").result["resources"][0]["uri"]
    for method, params in (
        ("server/discover", None), ("tools/list", None), ("prompts/list", None), ("resources/list", None),
        ("resources/templates/list", None), ("resources/read", {"uri": first}),
    ):
        result = look.wire.request(method, params).result or {}
        look.check(type(result.get("ttlMs")) is int and result["ttlMs"] >= 0, f"{method} has a ttlMs", result)
        look.check(result.get("cacheScope") in ("public", "private"), f"{method} has a cacheScope", result)


@scenario("server-stateless", since=None)
def stateless(look):
    wire, full = look.wire, look.wire.envelope({})

    def probe(method, params, id, **more):
        reply = wire.request(method, params, id=id, bare=True, **more)
        if reply.error:
            look.check(reply.message.get("id") == id, "an error has the request's id", reply.message)
        return reply

    without = {key: {name: full[name] for name in full if name != f"{P}{key}"}
               for key in ("protocolVersion", "clientInfo", "clientCapabilities")}
    for id, params in (
        (101, {}), (102, {"_meta": without["protocolVersion"]}), (104, {"_meta": without["clientCapabilities"]}),
    ):
        reply = probe("server/discover", params, id)
        look.check(reply.code == -32602, "an envelope that lacks something is -32602", reply.message)
        look.status(reply, 400)
    reply = probe("server/discover", {"_meta": without["clientInfo"]}, 105)
    look.check(reply.result, "one without clientInfo is served", reply.message)
    look.status(reply, 200)

    found = probe("server/discover", {"_meta": full}, 201).result or {}
    look.check(found.get("supportedVersions") and found.get("capabilities"), "discover tells what there is", found)
    server = found.get("_meta", {}).get(f"{P}serverInfo", {})
    look.should(server.get("name") and server.get("version"), "the server says what it is")
    look.check("prompts" in found["capabilities"] and probe("prompts/list", {"_meta": full}, 203).result,
               "prompts are declared and served")
    names = {tool["name"] for tool in (probe("tools/list", {"_meta": full}, 202).result or {}).get("tools", [])}
    look.check({"test_missing_capability", "test_streaming_elicitation", "test_logging_tool"} <= names,
               "tools are declared and served", sorted(names))

    unknown = {**full, f"{P}protocolVersion": "v999.0.0"}
    reply = probe("server/discover", {"_meta": unknown}, 301, fields={"MCP-Protocol-Version": "v999.0.0"})
    data = (reply.error or {}).get("data", {})
    look.check(reply.code == -32022 and data.get("supported") and data.get("requested") == "v999.0.0",
               "an unknown version is -32022", reply.message)
    look.check(set(data.get("supported", [])) <= set(found["supportedVersions"]), "which lists what discover lists")
    look.status(reply, 400)
    if look.is_http:
        reply = probe("server/discover", {"_meta": unknown}, 302)
        look.check(reply.code == -32020, "a header that differs is -32020", reply.message)
        look.status(reply, 400)

    reply = probe("tools/call", {"name": "test_missing_capability", "arguments": {}, "_meta": full}, 401)
    required = (reply.error or {}).get("data", {}).get("requiredCapabilities")
    look.check(reply.code == -32021 and required == {"sampling": {}}, "an undeclared capability is -32021",
               reply.message)
    look.status(reply, 400)

    for method in ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                   "unknown/method"):
        reply = probe(method, {"_meta": full}, f"removed-{method}")
        look.check(reply.code == -32601, f"{method} is -32601", reply.message)
        look.status(reply, 404)

    reply = look.call("test_streaming_elicitation", capabilities={"elicitation": {}}, meta={"progressToken": 1})
    look.check((reply.result or {}).get("resultType") == "input_required", "the question is a result", reply.message)
    look.check(not reply.asked and len(reply.before) == 1, "only progress comes before it", reply.before)
    reply = look.call("test_logging_tool", capabilities={})
    look.check(reply.result and not reply.before, "nothing is logged unasked", reply.before)

    for wanted in ({"toolsListChanged": True}, {"promptsListChanged": True}):
        reply = wire.listen(wanted, lambda wire: wire.request("tools/call", {
            "name": "test_touch_watched_resource", "arguments": {}}))
        look.check([one["method"] for one in reply.before] == ["notifications/subscriptions/acknowledged"],
                   "the acknowledgement is first, and nothing that was not asked for follows", reply.before)
        params = (reply.before or [{"params": {}}])[0]["params"]
        look.check(params.get("_meta", {}).get(f"{P}subscriptionId") is not None, "with the subscription's id", params)
        look.check(params.get("notifications") == {}, "and with what is honoured: none of it", params)


def rounds(look, method, params, replies, **more):
    """Sends a request, answers its questions round by round; the replies of all rounds."""
    seen = [look.wire.request(method, params, **more)]
    for answers in replies:
        result = seen[-1].result or {}
        if not look.check(result.get("resultType") == "input_required", "the server asks", seen[-1].message):
            break
        again = {**params, "inputResponses": answers(result)}
        if "requestState" in result:
            again["requestState"] = result["requestState"]
        seen.append(look.wire.request(method, again, **more))
    return seen


def finished(look, seen):
    result = seen[-1].result or {}
    look.check(result.get("resultType") == "complete", "and then has a result", seen[-1].message)
    return look.text(seen[-1]) if "content" in result else ""


def play(look, tool, *replies, **more):
    seen = rounds(look, "tools/call", {"name": tool, "arguments": {}}, replies, **more)
    return seen, finished(look, seen)


@scenario("input-required-result-basic-elicitation", since=None)
def basic_elicitation(look):
    seen, text = play(look, "test_input_required_result_elicitation", lambda _: {"user_name": ALICE})
    request = seen[0].result["inputRequests"].get("user_name", {})
    look.check(request.get("method") == "elicitation/create", "by elicitation, under its key", seen[0].message)
    look.check(text == "Hello, Alice!", "which knows the answer", text)


@scenario("input-required-result-basic-sampling", since=None)
def basic_sampling(look):
    seen, text = play(look, "test_input_required_result_sampling",
                      lambda result: {next(iter(result["inputRequests"])): SAMPLE})
    methods = [one["method"] for one in seen[0].result["inputRequests"].values()]
    look.check(methods == ["sampling/createMessage"], "by sampling", methods)
    look.check("Paris" in text, "which knows the answer", text)


@scenario("input-required-result-basic-list-roots", since=None)
def basic_roots(look):
    seen, text = play(look, "test_input_required_result_list_roots",
                      lambda result: {next(iter(result["inputRequests"])): ROOTS})
    methods = [one["method"] for one in seen[0].result["inputRequests"].values()]
    look.check(methods == ["roots/list"], "for the roots", methods)
    look.check("file:///test/root" in text, "which knows them", text)


def confirm(result):
    return {next(iter(result["inputRequests"])): {"action": "accept", "content": {"ok": True}}}


@scenario("input-required-result-request-state", since=None)
def request_state(look):
    seen, text = play(look, "test_input_required_result_request_state", confirm)
    look.check(isinstance(seen[0].result.get("requestState"), str), "with a state", seen[0].message)
    look.check("state-ok" in text, "which came back", text)


@scenario("input-required-result-multiple-input-requests", since=None)
def multiple(look):
    kinds = {"elicitation/create": ALICE, "sampling/createMessage": SAMPLE, "roots/list": ROOTS}
    seen, text = play(look, "test_input_required_result_multiple_inputs", lambda result: {
        key: kinds[request["method"]] for key, request in result["inputRequests"].items()})
    methods = {one["method"] for one in seen[0].result["inputRequests"].values()}
    look.check(methods == set(kinds) and seen[0].result.get("requestState"), "three things at once", sorted(methods))
    look.check("Alice" in text, "which knows the answers", text)


@scenario("input-required-result-multi-round", since=None)
def multi_round(look):
    def reply(content):
        return lambda result: {next(iter(result["inputRequests"])): {"action": "accept", "content": content}}
    seen, text = play(look, "test_input_required_result_multi_round", reply({"name": "Alice"}), reply({"color": "blue"}))
    states = [one.result.get("requestState") for one in seen[:2]]
    look.check(all(states) and states[0] != states[1], "each round with a state of its own", states)
    look.check(text == "Alice likes blue.", "which knows both answers", text)


@scenario("input-required-result-missing-input-response", since=None)
def missing_response(look):
    tool = {"name": "test_input_required_result_elicitation", "arguments": {}}
    wrong = {"wrong_key": {"action": "accept", "content": {"data": "wrong"}}}
    reply = look.wire.request("tools/call", {**tool, "inputResponses": wrong})
    look.should((reply.result or {}).get("resultType") == "input_required", "it asks again")
    seen = rounds(look, "tools/call", tool, [lambda _: wrong])
    look.should((seen[-1].result or {}).get("resultType") == "input_required", "it asks again, with the state too")


@scenario("input-required-result-result-type", since=None)
def result_type(look):
    reply = look.call("test_input_required_result_elicitation")
    look.check((reply.result or {}).get("resultType") == "input_required", "the result says its type", reply.message)


@scenario("input-required-result-unsupported-methods", since=None)
def unsupported_methods(look):
    for method in ("tools/list", "prompts/list"):
        reply = look.wire.request(method)
        look.check((reply.result or {}).get("resultType") == "complete", f"{method} never asks", reply.message)


@scenario("input-required-result-tampered-state", since=None)
def tampered(look):
    tool = {"name": "test_input_required_result_tampered_state", "arguments": {}}
    first = look.wire.request("tools/call", tool).result
    state = first["requestState"]
    flipped = ("B" if state[0] == "A" else "A") + state[1:]
    for other in (state + "-TAMPERED", flipped, state[:-1], state.split(".")[0], ""):
        reply = look.wire.request("tools/call", {**tool, "inputResponses": confirm(first), "requestState": other})
        look.check(reply.code == -32602 and reply.result is None, "a changed state is -32602", reply.message)
    for name, arguments in (("test_input_required_result_request_state", {}), (tool["name"], {"more": 1})):
        reply = look.wire.request("tools/call", {
            "name": name, "arguments": arguments, "inputResponses": confirm(first), "requestState": state})
        look.check(reply.code == -32602, "and so is the state of another call", reply.message)


@scenario("input-required-result-capability-check", since=None)
def capability_check(look):
    for declared, methods in (
        ({"sampling": {}}, {"sampling/createMessage"}), ({"elicitation": {}}, {"elicitation/create"}),
        ({"roots": {}}, {"roots/list"}),
    ):
        reply = look.call("test_input_required_result_capabilities", capabilities=declared)
        asked = {one["method"] for one in (reply.result or {}).get("inputRequests", {}).values()}
        look.check(asked == methods, f"only what {list(declared)} can answer is asked", reply.message)


@scenario("input-required-result-ignore-extra-params", since=None)
def extra_answers(look):
    tool = {"name": "test_input_required_result_elicitation", "arguments": {}}
    more = {"user_name": ALICE, "unknown_extra_key": {"action": "accept", "content": {"foo": "bar"}},
            "another_unexpected": {"action": "accept", "content": {"baz": 123}}}
    reply = look.wire.request("tools/call", {**tool, "inputResponses": more})
    look.check(reply.error is None, "unknown keys are no error", reply.message)
    look.should((reply.result or {}).get("resultType") == "complete",
                "answers are taken without the state that came with the question")
    finished(look, rounds(look, "tools/call", tool, [lambda _: more]))


@scenario("input-required-result-validate-input", since=None)
def validate_input(look):
    tool = {"name": "test_input_required_result_elicitation", "arguments": {}}
    look.check((look.wire.request("tools/call", tool).result or {}).get("resultType") == "input_required", "it asks")
    for wrong in ({"user_name": 12345}, None, [], "x", {"user_name": {"action": "maybe"}},
                  {"user_name": {"action": "accept", "content": {"name": 7}}}):
        reply = look.wire.request("tools/call", {**tool, "inputResponses": wrong})
        look.should((reply.result or {}).get("resultType") != "complete", "a malformed answer is not taken")
        if wrong:
            first = look.wire.request("tools/call", tool).result
            reply = look.wire.request("tools/call", {
                **tool, "inputResponses": wrong, "requestState": first["requestState"]})
            look.should((reply.result or {}).get("resultType") != "complete", "nor is it with a state")


@scenario("input-required-result-non-tool-request", since=None)
def non_tool(look):
    seen = rounds(look, "prompts/get", {"name": "test_input_required_result_prompt"}, [
        lambda result: {next(iter(result["inputRequests"])): {"action": "accept", "content": {"context": "a test"}}}])
    finished(look, seen)
    look.check("a test" in json.dumps((seen[-1].result or {}).get("messages")), "a prompt asks, too", seen[-1].message)


# Not scored by the suite, or of our own

@scenario("server-session-lifecycle", since="2025-03-26", modern=False, http_only=True, extra=True)
def session_lifecycle(look):
    wire = look.wire
    look.check(wire.session, "initialize gives a session")
    connection, response = wire.open("DELETE", None, wire.standard({"method": "DELETE"}))
    look.check(200 <= response.status < 300, "DELETE ends it", response.status)
    connection.close()
    connection, response = wire.open(
        "POST", json.dumps(wire.message("tools/list")).encode(), wire.standard({"method": "tools/list"}))
    look.check(response.status == 404, "and then it is unknown", response.status)
    connection.close()
    wire.session = None


@scenario("http-header-validation", since=None, http_only=True, extra=True)
def header_validation(look):
    wire = look.wire
    call = {"name": "test_simple_text", "arguments": {}}
    for method, params, fields, fine in (
        ("tools/list", None, {"Mcp-Method": "prompts/list"}, False),
        ("tools/list", None, {"Mcp-Method": None}, False),
        ("tools/call", call, {"Mcp-Name": "wrong_tool_name"}, False),
        ("tools/call", call, {"Mcp-Name": None}, False),
        ("tools/call", call, {"Mcp-Name": "  test_simple_text  "}, True),
        ("tools/list", None, {"mcp-method": "tools/list"}, True),
        ("tools/list", None, {"MCP-METHOD": "tools/list"}, True),
        ("tools/list", None, {"Mcp-Method": "TOOLS/LIST"}, False),
    ):
        reply = wire.request(method, params, fields=fields)
        look.status(reply, 200 if fine else 400)
        look.check((reply.error is None) if fine else reply.code == -32020, f"{method} with {fields}", reply.message)


@scenario("json-schema-2020-12", extra=True)
def json_schema(look):
    tools = look.wire.request("tools/list").result["tools"]
    schema = next(tool["inputSchema"] for tool in tools if tool["name"] == "json_schema_2020_12_tool")
    look.check(schema.get("$schema") == "https://json-schema.org/draft/2020-12/schema", "$schema is kept")
    look.check(schema.get("$defs", {}).get("address", {}).get("$anchor") == "addressDef", "$defs and $anchor are")
    look.check(schema.get("additionalProperties") is False, "additionalProperties is")
    look.check("anyOf" in schema.get("allOf", [{}])[0], "allOf and anyOf are")
    look.check({"if", "then", "else"} <= set(schema), "if, then and else are", sorted(schema))


@scenario("resource-updates", since="2024-11-05", extra=True)
def updates(look):
    def touch(wire):
        wire.request("tools/call", {"name": "test_touch_watched_resource", "arguments": {}})

    before = read(look, WATCHED)["text"]
    told = look.wire.updates(WATCHED, touch)
    look.check(told[-1]["method"] == "notifications/resources/updated", "the change is told", told)
    look.check(told[-1]["params"]["uri"] == WATCHED, "with the URI", told)
    look.check(read(look, WATCHED)["text"] != before, "and is there to be read")
    if look.wire.is_modern:
        ids = [one["params"]["_meta"][f"{P}subscriptionId"] for one in told]
        look.check(told[0]["method"] == "notifications/subscriptions/acknowledged", "after the acknowledgement", told)
        look.check(len(set(ids)) == 1, "both with the subscription's id", ids)


@scenario("pagination", extra=True)
def pagination(look):
    uris, cursor = [], None
    for _ in range(3):
        page = look.wire.request("resources/list", {"cursor": cursor} if cursor else None).result
        uris += [one["uri"] for one in page["resources"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    look.check(len(uris) == 3 and WATCHED in uris, "the pages hold every resource", uris)
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        look.check(look.wire.request(method, {"cursor": "made up"}).code == -32602, f"{method} knows its cursors")


@scenario("unknown-names", extra=True)
def unknown(look):
    look.check(look.call("no_such_tool").code == -32602, "an unknown tool is -32602")
    look.check(look.wire.request("prompts/get", {"name": "no_such_prompt"}).code == -32602, "so is a prompt")
    reply = look.wire.request("resources/read", {"uri": "test://none"})
    look.check(reply.code == (-32602 if look.wire.is_modern else -32002), "a resource has its own code", reply.message)


@scenario("logging-per-request", since=None, extra=True)
def modern_logging(look):
    for level, count in (("debug", 3), ("info", 3), ("warning", 0)):
        reply = look.call("test_tool_with_logging", meta={f"{P}logLevel": level})
        look.check(len(reply.told("notifications/message")) == count, f"{count} messages at {level}", reply.before)


@scenario("one-handler-two-eras", since="2025-06-18", modern=False, extra=True)
def legacy_rounds(look):
    look.wire.answers = {"elicitation/create": ALICE, "sampling/createMessage": SAMPLE, "roots/list": ROOTS}
    reply = look.call("test_input_required_result_multiple_inputs")
    look.check(len(reply.asked) == 3 and "Alice" in look.text(reply), "three requests to the client", reply.message)
    look.wire.answers["elicitation/create"] = {"action": "decline"}
    reply = look.call("test_input_required_result_elicitation")
    look.check(look.text(reply) == "Hello, stranger!", "a refusal is told to the handler", reply.message)
    del look.wire.answers["elicitation/create"]
    reply = look.call("test_input_required_result_elicitation")
    look.check(look.text(reply) == "Hello, stranger!", "and so is a client that cannot", reply.message)


def chosen(revision, kind, names=()):
    """The scenarios for a revision and a transport, and the names of those that another transport would need."""
    held = [one for one in SCENARIOS if one.holds(revision) and (not names or one.name in names)]
    return [one for one in held if kind == "http" or not one.http_only], [
        one.name for one in held if kind != "http" and one.http_only]


if LEGACY[0] != "2025-11-25":
    raise Broken("the newest legacy revision is not the one that the scenarios are of")
