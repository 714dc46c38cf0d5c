"""Stands between a client and the program and writes down every line that crosses, as it crosses.

    python3 -IS tap.py FOLDER PROGRAM [ARGUMENT ...]

Each process of the program gets a file of its own in FOLDER, because some clients start one for every call. A line
there is {"from": "client" or "program", "line": "..."}; it is written before it is handed on, so that an answer never
stands before its request. The program's end is the tap's end, with the same status.
"""

import json
import os
import signal
import subprocess
import sys
import threading


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: program.send_signal(number))
    # Nobody but this process appends to it, and each line in one write.
    record = os.open(os.path.join(folder, f"{os.getpid()}.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def copy(speaker, source, sink):
        for line in source:
            entry = {"from": speaker, "line": line.decode(errors="backslashreplace").rstrip("\r\n")}
            os.write(record, json.dumps(entry).encode() + b"\n")
            try:
                sink.write(line)
                sink.flush()
            except BrokenPipeError:
                break
        try:
            sink.close()
        except BrokenPipeError:
            pass

    # A daemon: it may still wait for the client when the program has ended by itself.
    threading.Thread(target=copy, args=("client", sys.stdin.buffer, program.stdin), daemon=True).start()
    copy("program", program.stdout, sys.stdout.buffer)
    status = program.wait()
    os._exit(status if status >= 0 else 128 - status)


main()
