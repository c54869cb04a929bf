#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd does for vard-sync, for e2e.sh: runs it as another user, keeps
the descriptors it sends, and on SIGUSR1 kills it and starts it anew with them.

usage: fdstore.py UID NOTIFY-SOCKET PROGRAM ARGUMENT..."""

import array
import os
import signal
import socket
import sys

uid, path, argv = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
kept = []  # (name, fd)
child = 0


def say(text):
    print(f"fdstore: {text}", file=sys.stderr, flush=True)


def start():
    """Starts the program; descriptors from 3 on are the kept ones."""
    global child
    child = os.fork()
    if child:
        say(f"started with {len(kept)} descriptors")
        return
    os.environ["NOTIFY_SOCKET"] = path
    if kept:
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = str(len(kept))
        os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _ in kept)
    base = 16 + max([fd for _, fd in kept], default=0) + len(kept)
    high = [os.dup2(fd, base + i) for i, (_, fd) in enumerate(kept)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i, inheritable=True)
        os.close(fd)
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    os.execv(argv[0], argv)


def restart(*_):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    start()


def stop(*_):
    os.kill(child, signal.SIGTERM)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


def handle(text, fds):
    fields = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    if "FDSTORE" in fields:
        kept.extend((fields["FDNAME"], fd) for fd in fds)
        fds = []
    if "FDSTOREREMOVE" in fields:
        for name, fd in [k for k in kept if k[0] == fields["FDNAME"]]:
            kept.remove((name, fd))
            os.close(fd)
        say(f"{len(kept)} kept")
    for fd in fds:  # BARRIER: closing it is the answer
        os.close(fd)


def main():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(path)
    os.chown(path, uid, uid)
    signal.signal(signal.SIGUSR1, restart)
    signal.signal(signal.SIGTERM, stop)
    start()
    while True:
        data, ancillary, _, _ = sock.recvmsg(4096, socket.CMSG_SPACE(64 * 4))
        fds = array.array("i")
        for level, kind, body in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(body[:len(body) - len(body) % fds.itemsize])
        for fd in fds:  # the program gets them by number 3 and up only
            os.set_inheritable(fd, False)
        handle(data.decode(), list(fds))


main()
