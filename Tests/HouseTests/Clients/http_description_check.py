"""Holds the running server against its own description, with tools that know nothing of it.

    .venv-http/bin/python http_description_check.py --binary PATH --db PATH

`openapi-spec-validator` judges the document, `schemathesis` makes requests of it, right and wrong ones, and judges the
answers; the Prometheus client's parser reads the metrics. Says what was found, and exits with 1, or with 0 for nothing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from http_server import serving
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

SECONDS = 40
# Whether an address exists, or a time lies within the next year, no schema can say: then 422 is the right answer to
# what fits it. 404: an id that nothing was sent under. 409: the same mail twice. 502: the simulator refused it.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 404, 409, 422, 502]

[[operations]]
include-operation-id = "trackSend"
parameters = { "query.wait_seconds" = 0.1 }
"""
METRICS = {
    "envelope_sends": "gauge", "envelope_queue_sends": "gauge", "envelope_queue_due_sends": "gauge",
    "envelope_queue_oldest_due_age_seconds": "gauge", "envelope_commits": "counter", "envelope_writes": "counter",
    "envelope_attempts_open": "gauge", "envelope_attempt_duration_seconds": "histogram",
    "envelope_attempt_phase_duration_seconds": "histogram", "envelope_smtp_replies": "counter",
    "envelope_attempt_faults": "counter", "envelope_http_connections": "gauge", "envelope_http_accepted": "counter",
    "envelope_http_responses": "counter",
}


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def send(url):
    message = {"to": "delivered@simulator.test", "subject": "Hello", "text": "Hello there", "wait_seconds": 30}
    request = urllib.request.Request(
        url + "/send", json.dumps(message).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        if answer.status != 200:
            sys.exit(f"a message is not sent: {answer.status} {answer.read()[:500]}")


def check_metrics(text):
    families = {family.name: family for family in text_string_to_metric_families(text)}
    kinds = {name: family.type for name, family in families.items()}
    if kinds != METRICS:
        sys.exit(f"the metrics are others: {kinds}")
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families.values() for sample in family.samples}
    sent = (("account", "sandbox"), ("state", "accepted"), ("status", "sent"))
    if samples.get(("envelope_sends", sent)) != 1 or samples.get(("envelope_attempt_duration_seconds_count", ())) != 1:
        sys.exit(f"one message was sent, and the metrics say otherwise: {text[:3000]}")
    for family in families.values():
        counts = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                rest = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
                counts.setdefault(rest, []).append((float(sample.labels["le"]), sample.value))
        for buckets in counts.values():
            if buckets != sorted(buckets) or any(a[1] > b[1] for a, b in zip(buckets, buckets[1:])):
                sys.exit(f"the buckets of {family.name} do not grow: {buckets}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help="path of the envelope program")
    parser.add_argument("--db", required=True, help="path of the database to use")
    options = parser.parse_args()
    with serving(options.binary, options.db) as server, tempfile.TemporaryDirectory() as folder:
        send(server.url)
        check_metrics(fetch(server.url + "/metrics"))
        validate(json.loads(fetch(server.url + "/openapi.json")))
        config = Path(folder, "schemathesis.toml")
        config.write_text(CONFIG)
        # Always the same requests: a failure can be repeated.
        found = subprocess.run(
            [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run",
             server.url + "/openapi.json", "--max-time", str(SECONDS), "--seed", "1", "--request-timeout", "70",
             "--suppress-health-check", "all", "--no-color"],
            cwd=folder, capture_output=True, text=True)
        if found.returncode != 0:
            sys.exit(f"schemathesis found something:\n{found.stdout[-6000:]}{found.stderr[-2000:]}")
        # Whatever was sent to it, it is still there.
        if json.loads(fetch(server.url + "/healthz")) != {"status": "ok"}:
            sys.exit("it does not answer any more")
        print(json.dumps({"summary": [line.strip() for line in found.stdout.splitlines() if "generated" in line]}))


if __name__ == "__main__":
    main()
