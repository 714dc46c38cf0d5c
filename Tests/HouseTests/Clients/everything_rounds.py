"""Scenarios of the modern era's questions: a result that asks, and the request that brings the answers."""

import json

from everything_scenarios import ALICE, ROOTS, SAMPLE, scenario


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
    seen, text = play(look, "test_input_required_result_multi_round", reply({"name": "Alice"}),
                      reply({"color": "blue"}))
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
