"""Follows a platform's events with many clients at once. Called by `serve`.

event_streams.py URL TOKEN COUNT LIST COMMAND...: runs COMMAND against URL while the clients listen.
"""

import os
import selectors
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

url, token, count, list_url = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
command = sys.argv[5:]
place = urllib.parse.urlsplit(url)
request = f"GET /ext/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode()

selector = selectors.DefaultSelector()
begin = time.monotonic()
for _ in range(count):
    client = socket.create_connection((place.hostname, place.port))
    client.sendall(request)
    selector.register(client, selectors.EVENT_READ, bytearray())


def read_until(text, limit):
    """How many clients have received the text within so many seconds."""
    having = set()
    end = time.monotonic() + limit
    while len(having) < count and time.monotonic() < end:
        for key, _ in selector.select(timeout=0.5):
            received = key.fileobj.recv(65536)
            if not received:
                selector.unregister(key.fileobj)
                continue
            key.data.extend(received)
            if text in key.data:
                having.add(key.fd)
    return len(having)


connected = read_until(b": connected", 30)
print(f"  open: {connected} of {count}, in {time.monotonic() - begin:.2f} s")

times = []
for _ in range(200):
    begin = time.monotonic()
    asked = urllib.request.Request(list_url, headers={"Authorization": token})
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200 and b'"totalItems":20' in answer.read()
    times.append((time.monotonic() - begin) * 1000)
times.sort()
print(f"  a list meanwhile: median {times[100]:.1f} ms, p99 {times[197]:.1f} ms (200 calls)")

environment = {**os.environ, "PREVISION_URL": url, "PREVISION_MASTER_TOKEN": token}
subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
heard = read_until(b"event: DATASET_UPDATE", 10)
print(f"  heard of the snapshot: {heard} of {count}")
sys.exit(0 if connected == count and heard == count else 1)
