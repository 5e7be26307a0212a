"""Sends so many mebibytes through a TCP connection of this machine: python3 loopback.py MEBIBYTES"""
import os
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    with socket.create_connection(listener.getsockname()) as sender:
        chunk = bytes(1 << 20)
        for _ in range(int(sys.argv[1])):
            sender.sendall(chunk)
    os._exit(0)
receiver, _ = listener.accept()
buffer = bytearray(1 << 18)
while receiver.recv_into(buffer):
    pass
os.wait()
