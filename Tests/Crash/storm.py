#!/usr/bin/env python3
"""Kills at random moments under load: several servers on one database, each with a client that sends and repeats.

Each client sends with an idempotency key where the tool takes one; after a kill it repeats each call whose answer it
did not get, with the same key. The peer drops every tenth connection after the final dot. In the end the queue is
drained and the record is compared with what the peer took and what the clients were told. Exits with 1 at any violation.
"""

import argparse
import collections
import concurrent.futures
import random
import sys
import tempfile
import threading
import time

import record
from host import Gone, House, Refused
from peer import Peer

AT_ONCE = 6  # Calls under way of one client.


class Client:
    """An agent host with one server: it keeps sending, and starts its server again after each kill."""

    def __init__(self, name, house, quota, seed, storm):
        self.name = name
        self.house = house
        self.quota = quota
        self.storm = storm
        self.random = random.Random(f"{seed} {name}")
        self.ids = {}  # Key to the id that an answer named.
        self.unanswered = []  # Keys whose calls ended without an answer.
        self.told_sent = set()
        self.refusals = collections.Counter()
        self.given_up = 0
        self.sent = 0
        self.kills = 0
        self.repeats = 0
        self.is_ready = threading.Event()
        self.error = None

    def run(self):
        try:
            while self.unanswered or not self.storm.is_over.is_set():
                self.live()
        except Exception as error:  # Of the test, or a start that failed: the storm must not go on without it.
            self.error = f"{self.name}: {type(error).__name__}: {error}"
            self.storm.is_over.set()

    def live(self):
        """One life of a server, from its start to its kill, or to its orderly end when the storm is over."""
        server = self.house.start()
        is_last = self.storm.is_over.is_set()
        # Now and then a server dies in its start; most die at work.
        killer = None if is_last else self.kill_later(server, self.random.random() < 0.1)
        try:
            server.begin()
            self.is_ready.set()
            has_keys = server.takes("idempotency_key")
            if not has_keys:
                self.given_up += len(self.unanswered)
                self.unanswered = []
            self.send_all(server, has_keys, only_repeats=is_last)
        except Gone:
            pass
        if is_last:
            server.stop()
        else:
            killer.join()
            server.ended()

    def kill_later(self, server, is_early):
        """Kills it a random time after its start or after it is ready."""
        pause = self.random.choice((0.02, 0.1, 0.3, 0.8, 2.0)) * (0.3 + self.random.random())
        self.is_ready = threading.Event()

        def kill():
            if not is_early:
                self.is_ready.wait(30)
            time.sleep(pause)
            server.kill()
            self.kills += 1
            self.storm.count_kill()

        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        return thread

    def send_all(self, server, has_keys, only_repeats):
        """Keeps calls under way until the server is gone or there is nothing left to send."""
        waiting = {}
        while True:
            while len(waiting) < AT_ONCE and (key := self.next_key(only_repeats)):
                waiting[self.send(server, key, has_keys)] = key
            if not waiting:
                if only_repeats or server.process.poll() is not None:
                    return
                time.sleep(0.01)
                continue
            done, _ = concurrent.futures.wait(waiting, 60, concurrent.futures.FIRST_COMPLETED)
            if not done:
                raise TimeoutError("no call was answered within a minute")
            is_gone = False
            for answer in done:
                is_gone |= not self.take(answer, waiting.pop(answer))
            if is_gone:
                for answer, key in waiting.items():
                    concurrent.futures.wait([answer], 10)
                    self.take(answer, key)
                raise Gone

    def next_key(self, only_repeats):
        if self.unanswered:
            self.repeats += 1
            return self.unanswered.pop(0)
        if only_repeats or self.sent >= self.quota or self.storm.is_over.is_set():
            return None
        self.sent += 1
        return f"{self.name}-{self.sent}"

    def send(self, server, key, has_keys):
        number = int(key.rsplit("-", 1)[1])
        arguments = {"to": [f"ada+{key}@peer.test"], "subject": key, "text": f"The message {key}.\n" * (number % 7 + 1),
                     "wait_seconds": (0, 0, 2, 5)[number % 4]}
        if number % 50 == 0:
            arguments["text"] = "a line of a long message\r\n" * 6_000  # Over 64 KiB goes another way to the gate.
        if has_keys:
            arguments["idempotency_key"] = key
        return server.begin_call("send_email", **arguments)

    def take(self, answer, key):
        """Notes what a call came to; false when the server is gone."""
        try:
            send = answer.result(0)
        except Gone:
            self.unanswered.append(key)
            return False
        except Refused as refusal:
            self.refusals[str(refusal.args[0].get("error", {}).get("message"))[:150]] += 1
            self.unanswered.append(key)
            time.sleep(0.05)
            return True
        if self.ids.setdefault(key, send["id"]) != send["id"]:
            self.storm.violation(f"the key {key} got the ids {self.ids[key]} and {send['id']}")
        if send["status"] == "sent":
            self.told_sent.add(send["id"])
        return True


class Storm:
    """The clients, until there were enough kills."""

    def __init__(self, kills):
        self.wanted = kills
        self.kills = 0
        self.is_over = threading.Event()
        self.violations = []
        self._lock = threading.Lock()

    def count_kill(self):
        with self._lock:
            self.kills += 1
            if self.kills >= self.wanted:
                self.is_over.set()

    def violation(self, text):
        with self._lock:
            self.violations.append(text)

    def check(self, clients, house, peer):
        """Compares the record with the peer and with what clients were told."""
        sends = record.read(house.database)
        wrong = list(self.violations)
        wrong += [client.error for client in clients if client.error]
        wrong += record.violations(sends, peer, [one for client in clients for one in client.ids.values()])
        wrong += record.faults_of_file(house.database)
        subjects = collections.Counter(send.subject for send in sends.values())
        wrong += [f"the key {key} has {count} sends" for key, count in subjects.items() if count > 1]
        for client in clients:
            wrong += [f"{one} was reported sent, and is {sends[one].state}" for one in client.told_sent
                      if one in sends and sends[one].status != "sent"]
            wrong += [f"the key {key} has the id {one}, which is the send of {sends[one].subject}"
                      for key, one in client.ids.items() if one in sends and sends[one].subject != key]
        # The peer refuses nobody for good, and nobody cancels.
        ends = ("accepted", "unconfirmed")
        wrong += [f"{send.id} is {send.state}" for send in sends.values() if send.state not in ends]
        if len(sends) < self.kills:
            wrong.append(f"{len(sends)} sends in {self.kills} kills: that was no load")
        return sends, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--messages", type=int, default=20_000, help="at most this many in all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    start = time.monotonic()
    storm = Storm(arguments.kills)
    with tempfile.TemporaryDirectory(prefix="envelope-storm-") as folder, \
            Peer(drop_every=10, delay=0.001) as peer:
        house = House(arguments.binary, folder, peer.port)
        quota = arguments.messages // arguments.processes
        clients = [Client(f"c{number}", house, quota, arguments.seed, storm) for number in range(arguments.processes)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stormed = time.monotonic() - start
        left = record.unfinished(house.database)
        if not record.drained(house, 120):
            storm.violation("the queue is not drained within two minutes")
        sends, wrong = storm.check(clients, house, peer)
        report(storm, clients, peer, sends, left, arguments.seed, stormed, time.monotonic() - start)
        for text in wrong[:40]:
            print(f"WRONG {text}")
        if wrong:
            print(house.errors()[-1500:])
            print(f"storm: {len(wrong)} violations; again with --seed {arguments.seed}")
        sys.exit(1 if wrong else 0)


def report(storm, clients, peer, sends, left, seed, stormed, whole):
    states = collections.Counter(send.state for send in sends.values())
    released = sum("released" in send.events for send in sends.values())
    taken = peer.taken_messages()
    in_doubt = [send for send in sends.values() if send.state == "unconfirmed"]
    arrived = sum(send.message_id in taken for send in in_doubt)
    refusals = sum((client.refusals for client in clients), collections.Counter())
    print(f"storm: seed {seed}, {storm.kills} kills, {stormed:.0f} s, with draining {whole:.0f} s")
    print(f"  clients: {sum(c.sent for c in clients)} messages begun, {sum(len(c.ids) for c in clients)} ids held, "
          f"{sum(c.repeats for c in clients)} calls repeated, {sum(c.given_up for c in clients)} not repeated (no key)")
    print(f"  record:  {len(sends)} sends: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}; "
          f"{left} left to drain; {released} released by a death before the gate")
    print(f"  peer:    {peer.connections} connections, {peer.received()} final dots, {sum(taken.values())} taken, "
          f"{peer.dropped} dropped after the dot; {arrived} of {len(in_doubt)} in doubt had arrived")
    for text, count in refusals.most_common(5):
        print(f"  refused: {count} × {text}")


if __name__ == "__main__":
    main()
