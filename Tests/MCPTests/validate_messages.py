"""Checks messages of an MCP server against the protocol's own JSON schemas.

Usage: validate_messages.py SCHEMA_FOLDER [--answer] < lines

Each line of the input is {"revision": "2025-06-18", "definition": "ListToolsResult", "message": {...}}. The message
must be a response whose `result` fits that definition, or fit the definition itself when it is not the name of a
result. Prints one line for each fault and ends with status 1 if there was any; ends with 3 if jsonschema is missing.
"""

import json
import sys
from pathlib import Path

try:
  from jsonschema import Draft7Validator, Draft202012Validator
except ImportError:
  print("The Python package jsonschema is missing; `make test` installs it.")
  sys.exit(3)


class Revision:
  """The definitions of one revision."""

  def __init__(self, folder, name):
    self.schema = json.loads((folder / f"{name}.json").read_text())
    self.key = "$defs" if "$defs" in self.schema else "definitions"
    self.validators = {}
    self.kind = Draft202012Validator if self.key == "$defs" else Draft7Validator

  def has(self, definition):
    return definition in self.schema[self.key]

  def describes_error(self, definition):
    """True for what is the `error` of a message, and not a whole message."""
    return "code" in self.schema[self.key].get(definition, {}).get("properties", {})

  def faults(self, value, definition):
    if not self.has(definition):
      return [f"the schema has no {definition}"]
    if definition not in self.validators:
      schema = {"$ref": f"#/{self.key}/{definition}", self.key: self.schema[self.key]}
      self.validators[definition] = self.kind(schema)
    errors = self.validators[definition].iter_errors(value)
    return [f"{definition}{error.json_path[1:]}: {error.message}" for error in errors]


def first(revision, *names):
  return next(name for name in names if revision.has(name))


def check(revision, definition, message):
  if isinstance(message, list):
    message = [{**each, "id": 0} if each.get("id", 0) is None else each for each in message]
  if definition == "error":
    # Revisions before 2025-11-25 demand an id even where JSON-RPC says null; the id of an unreadable request is
    # checked by the caller.
    if message.get("id", 0) is None:
      message = {**message, "id": 0}
    return revision.faults(message, first(revision, "JSONRPCErrorResponse", "JSONRPCError"))
  if revision.describes_error(definition):
    return check(revision, "error", message) + revision.faults(message.get("error"), definition)
  if not definition.endswith("Result"):
    return revision.faults(message, definition)
  if "result" not in message:
    return ["there is no result"]
  response = first(revision, "JSONRPCResultResponse", "JSONRPCResponse")
  return revision.faults(message, response) + revision.faults(message["result"], definition)


def answer(revisions, folder):
  """Judges a line at a time for as long as there are any: `ok`, or what is wrong under each possible meaning.

  A line is {"readings": [[revision, definition], ...], "message": {...}}; one reading that fits is enough.
  """
  for line in sys.stdin:
    case = json.loads(line)
    faults = []
    for name, definition in case["readings"]:
      found = check(revision(revisions, folder, name), definition, case["message"])
      if not found:
        break
      faults += [f"{name} {fault}" for fault in found]
    else:
      print("; ".join(faults).replace("\n", " ")[:2000] or "no reading", flush=True)
      continue
    print("ok", flush=True)


def revision(revisions, folder, name):
  if name not in revisions:
    revisions[name] = Revision(folder, name)
  return revisions[name]


def main():
  folder = Path(sys.argv[1])
  revisions = {}
  if sys.argv[2:] == ["--answer"]:
    answer(revisions, folder)
    return
  checked = faults = 0
  for line in sys.stdin:
    case = json.loads(line)
    name = case["revision"]
    checked += 1
    for fault in check(revision(revisions, folder, name), case["definition"], case["message"]):
      faults += 1
      print(f"{name} {fault}: {json.dumps(case['message'])[:300]}")
  print(f"{checked} checked, {faults} faults")
  sys.exit(1 if faults else 0)


main()
