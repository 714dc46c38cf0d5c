"""Verifies recorded webhook requests with the public library of Standard Webhooks.

    webhook_check.py REQUESTS.log SECRET

Each line of the log is a request as Tests/TestPeers/WebPeer.swift writes it. Ends with status 1 when one does not
verify, or when one verifies although it was changed.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def main():
    path, secret = sys.argv[1:3]
    hook = Webhook(secret)
    count = 0
    for line in open(path):
        request = json.loads(line)
        message = hook.verify(request["body"], request["fields"])
        assert set(message) == {"type", "timestamp", "data"}, message
        try:
            hook.verify(request["body"] + " ", request["fields"])
        except WebhookVerificationError:
            count += 1
        else:
            raise AssertionError("a changed body verifies")
    print(f"verified {count}")


if __name__ == "__main__":
    main()
