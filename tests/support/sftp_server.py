#!/usr/bin/env python3
"""An SFTP server that does what its arguments say, for what OpenSSH's does not do: sftp_server.py PORT FOLDER."""
import argparse
import os
import socket
import threading

import paramiko

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("folder")
parser.add_argument("--password", default="")
parser.add_argument("--questions", nargs="*", help="keyboard-interactive: the first is answered by the password")
parser.add_argument("--also-key", action="store_true", help="the password counts only after a key")
parser.add_argument("--longest-read", type=int, default=1 << 20)
parser.add_argument("--size", type=int, help="what every stat says")
parser.add_argument("--names", nargs="*", default=[], help="what every listing has besides")
parser.add_argument("--stall", action="store_true", help="do not answer to reads")
options = parser.parse_args()


class Login(paramiko.ServerInterface):
    has_key = False

    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username):
        if options.questions:
            return "keyboard-interactive"
        return "publickey" if options.also_key and not self.has_key else "password"

    def check_auth_publickey(self, username, key):
        self.has_key = True
        return paramiko.AUTH_PARTIALLY_SUCCESSFUL if options.also_key else paramiko.AUTH_FAILED

    def check_auth_password(self, username, password):
        right = password == options.password and not options.questions
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username, submethods):
        query = paramiko.InteractiveQuery("", "")
        for question in options.questions:
            query.add_prompt(question, echo=False)
        return query

    def check_auth_interactive_response(self, answers):
        right = answers == [options.password]
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED


class Handle(paramiko.SFTPHandle):
    def read(self, offset, length):
        if options.stall:
            threading.Event().wait()
        return super().read(offset, min(length, options.longest_read))


class Files(paramiko.SFTPServerInterface):
    @staticmethod
    def real(path):
        return os.path.join(options.folder, path.lstrip("/"))

    def list_folder(self, path):
        folder = self.real(path)
        found = [self.describe(os.lstat(os.path.join(folder, name)), name) for name in os.listdir(folder)]
        return found + [self.describe(os.lstat(folder), name) for name in options.names]

    def stat(self, path):
        try:
            attributes = self.describe(os.stat(self.real(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        if options.size is not None:
            attributes.st_size = options.size
        return attributes

    lstat = stat

    @staticmethod
    def describe(status, name=None):
        attributes = paramiko.SFTPAttributes.from_stat(status, name)
        return attributes

    def open(self, path, flags, attributes):
        handle = Handle(flags)
        handle.readfile = open(self.real(path), "rb")
        return handle


def serve(client, key):
    transport = paramiko.Transport(client)
    transport.add_server_key(key)
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    transport.start_server(server=Login())


listener = socket.create_server(("127.0.0.1", options.port))
host_key = paramiko.ECDSAKey.generate()
transports = []
while True:
    connection, address = listener.accept()
    transports.append(threading.Thread(target=serve, args=(connection, host_key)))
    transports[-1].start()
