"""Scenarios of the tools, and of what a legacy server asks its client while one runs."""

from everything_scenarios import SAMPLE, scenario


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
