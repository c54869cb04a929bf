#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGKILLs vard-sync, or QEMU, at random moments below a writing guest, and looks
whether the database has what the guest was told to be written. In the emulated host,
started by kills.sh.

usage: kills.py vard-sync|qemu COUNT SEED SECONDS DIRECTORY-OF-PROGRAMS WORK"""

import array
import ctypes
import mmap
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

what, count, seed, limit, BIN, WORK = sys.argv[1:]
count, seed, limit = int(count), int(seed), int(limit)
DB = f"{WORK}/vars.db"
SOCKET = f"{WORK}/control"

# As in guest.h.
REPORT, NAMES = 0x10000, 8
WRITING, FAILED = 0x57524954, 0x4641494C
WORDS = 24

HANG = 120  # nothing takes so long
CAP_SYS_ADMIN, PR_CAPBSET_DROP = 21, 24
libc = ctypes.CDLL(None)


class Wrong(Exception):
    """A finding, or a test that cannot go on."""


def wait_for(text, test):
    end = time.monotonic() + HANG
    while not test():
        if time.monotonic() > end:
            raise Wrong(f"never: {text}")
        time.sleep(0.03)


class FdStore:
    """What systemd keeps for a service: descriptors, by name."""

    def __init__(self):
        self.path = f"{WORK}/notify"
        self.kept = []
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            data, ancillary, _, _ = self.sock.recvmsg(
                4096, socket.CMSG_SPACE(16 * 4))
            fds = array.array("i")
            for _, _, body in ancillary:
                fds.frombytes(body[: len(body) - len(body) % fds.itemsize])
            fields = dict(line.split("=", 1)
                          for line in data.decode().split("\n") if "=" in line)
            if "FDSTORE" in fields:
                self.kept += [(fields["FDNAME"], fd) for fd in fds]
                continue
            if "FDSTOREREMOVE" in fields:
                self.drop(fields["FDNAME"])
            for fd in fds:  # BARRIER: closing it is the answer
                os.close(fd)

    def drop(self, name=None):
        for entry in [k for k in self.kept if name in (None, k[0])]:
            self.kept.remove(entry)
            os.close(entry[1])


class Daemon:
    """vard-sync, and how it finds its stores again."""

    def __init__(self):
        self.store = FdStore()
        self.log = open(f"{WORK}/vard-sync.log", "ab")
        self.process = None
        self.nr_by_fd = self.nr_by_id = 0

    def start(self, by_fd):
        """With what systemd kept and no way to ask the module, or the reverse."""
        kept = list(self.store.kept) if by_fd else []
        if not by_fd:
            self.store.drop()

        def prepare():
            if not kept:
                return
            libc.prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0)
            os.environ["LISTEN_PID"] = str(os.getpid())
            high = [os.dup2(fd, 200 + i) for i, (_, fd) in enumerate(kept)]
            for i, fd in enumerate(high):
                os.dup2(fd, 3 + i, inheritable=True)

        env = dict(os.environ, NOTIFY_SOCKET=self.store.path)
        if kept:
            env["LISTEN_FDS"] = str(len(kept))
            env["LISTEN_FDNAMES"] = ":".join(name for name, _ in kept)
            self.nr_by_fd += 1
        else:
            self.nr_by_id += 1
        os.environ.update(env)
        # close_fds would close what prepare() makes.
        self.process = subprocess.Popen(
            [f"{BIN}/vard-sync", "--db", DB, "--socket", SOCKET, "--verbose",
             "--wait-ms", "30000"], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, close_fds=False,
            preexec_fn=prepare)
        for name in ("LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"):
            os.environ.pop(name, None)

    def listens(self):
        if self.process.poll() is not None:
            raise Wrong(f"vard-sync ended with {self.process.returncode}")
        with open("/proc/net/unix", encoding="ascii") as f:
            return any(line.endswith(f" {SOCKET}\n") and " 00010000 " in line
                       for line in f)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Guest:
    """QEMU below kuv-run; its memory is a file that outlives it."""

    def __init__(self):
        self.path = f"{WORK}/ram"
        with open(self.path, "wb") as f:
            f.truncate(16 << 20)
        with open(self.path, "r+b") as f:
            self.ram = mmap.mmap(f.fileno(), 16 << 20)
        self.log = open(f"{WORK}/qemu.log", "ab")
        self.process = None

    def start(self):
        self.ram[REPORT:REPORT + 24] = bytes(24)
        self.process = subprocess.Popen(
            [f"{BIN}/kuv-run", "--vm", "crash", "--socket", SOCKET, "--",
             "qemu-system-x86_64", "-nodefaults", "-no-user-config",
             "-display", "none", "-machine", "pc,memory-backend=ram",
             "-accel", "kvm", "-cpu", "host", "-m", "16",
             "-object", "memory-backend-file,id=ram,size=16M,share=on,"
             f"mem-path={self.path}", "-bios", f"{BIN}/crash-guest.bin"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def report(self):
        return struct.unpack("<5I", self.ram[REPORT:REPORT + 20])

    def is_writing(self):
        state, _, acked, line, status = self.report()
        if state == FAILED:
            raise Wrong(f"the guest failed in line {line} of guest.c, status "
                        f"{status:#x}, after write {acked}")
        if self.process.poll() is not None:
            raise Wrong(f"QEMU ended with {self.process.returncode}")
        return state == WRITING

    def acked(self):
        self.is_writing()
        return self.report()[2]

    def kill(self):
        self.process.kill()
        self.process.wait()


def numbers(path):
    """What the database holds: the number in each variable."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    rows = db.execute("""SELECT v.name, v.data FROM variable v
        JOIN vm ON vm.id = vm_id WHERE vm.name = 'crash'
        AND v.name LIKE 'Crash_'""").fetchall()
    bad = db.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    db.close()
    if bad:
        raise Wrong(f"{bad} rows are in quarantine")
    found = []
    for name, data in rows:
        n = struct.unpack_from("<I", data)[0]
        if data != struct.pack("<I", n) * WORDS:
            raise Wrong(f"{name} is half of {n}")
        if name != "Crash" + chr(ord("A") + n % NAMES):
            raise Wrong(f"{name} holds {n}")
        found.append(n)
    return sorted(found)


def check(path, acked):
    """All up to the acknowledged one; the next may be there. Returns the newest."""
    found = numbers(path)
    for newest in (acked, acked + 1):
        if found == list(range(max(1, newest - NAMES + 1), newest + 1)):
            return newest
    raise Wrong(f"write {acked} was acknowledged, the database has {found}")


def copy_db():
    """As the dead daemon left it: opening the original would repair it."""
    to = f"{WORK}/copy"
    shutil.rmtree(to, ignore_errors=True)
    os.mkdir(to)
    for tail in ("", "-wal"):
        if os.path.exists(DB + tail):
            shutil.copyfile(DB + tail, f"{to}/vars.db{tail}")
    return f"{to}/vars.db"


def kill_daemons(daemon, guest, rounds):
    guest.start()
    wait_for("the guest writes", lambda: guest.is_writing() and guest.acked())
    for i, rng in rounds:
        time.sleep(rng.random() ** 2 * 0.25)
        daemon.kill()
        time.sleep(0.02)  # what the guest was told just before, it notes now
        acked = guest.acked()
        check(copy_db(), acked)
        daemon.start(by_fd=i % 2 == 1)
        wait_for("the guest goes on", lambda: guest.acked() > acked)
        yield acked
    acked = guest.acked()
    guest.kill()
    check(DB, guest.report()[2])


def kill_guests(daemon, guest, rounds):
    acked = 0
    for i, rng in rounds:
        guest.start()
        if rng.random() < 0.15:  # while it starts
            time.sleep(rng.random() * 1.5)
        else:
            wait_for("the guest writes", guest.is_writing)
            first = guest.report()[1]
            if first not in (acked + 1, acked + 2):
                raise Wrong(f"after write {acked} the guest begins with {first}")
            time.sleep(rng.random() ** 2 * 0.4)
        guest.kill()
        if guest.report()[0] == WRITING:
            acked = guest.report()[2]
        if i % 8 == 7:
            daemon.kill()  # and with it the last reference to the store
            acked = check(copy_db(), acked) if acked else 0
            daemon.start(by_fd=False)
        elif acked:
            acked = check(DB, acked)
        wait_for("vard-sync listens", daemon.listens)
        yield acked


def rounds_of(start):
    for i in range(count):
        if time.monotonic() - start > limit:
            return
        yield i, random.Random(f"{seed}.{i}")


def main():
    start = time.monotonic()
    daemon, guest = Daemon(), Guest()
    done = acked = 0
    run = kill_daemons if what == "vard-sync" else kill_guests
    try:
        daemon.start(by_fd=False)
        wait_for("vard-sync listens", daemon.listens)
        for acked in run(daemon, guest, rounds_of(start)):
            done += 1
            if done % 25 == 0:
                print(f"# {what}: {done} kills, {acked} writes acknowledged, "
                      f"{time.monotonic() - start:.0f} s", flush=True)
    except Wrong as e:
        print(f"# {what}: kill {done + 1}: {e}", flush=True)
        sys.exit(1)
    finally:
        for p in (guest.process, daemon.process):
            if p and p.poll() is None:
                p.terminate()
                p.wait(HANG)
    if daemon.process.returncode != 0:
        sys.exit(f"vard-sync ended with {daemon.process.returncode}")
    print(f"# {what}: restarts with descriptors from the fd store: "
          f"{daemon.nr_by_fd}, by the numbers of the stores: "
          f"{daemon.nr_by_id - 1}")
    print(f"@ {what} {done} {acked} {time.monotonic() - start:.0f}")


main()
