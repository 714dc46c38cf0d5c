"""Scenarios of the life cycle, the lists, resources and prompts, for both eras."""

import json

from everything_scenarios import WATCHED, scenario


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
