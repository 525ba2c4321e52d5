"""Puts traps where root's commands will step: what a taken-over relay might do. Runs as the relay's user.

Usage: traps.py FOLDER TRAP [TARGET]
FOLDER is the store's folder. Prints "set" once the trap is there. "swap" goes on swapping until it is killed.
"""

import os
import sys

folder, trap = sys.argv[1], sys.argv[2]
target = sys.argv[3] if len(sys.argv) > 3 else None
store = f"{folder}/postern.sqlite"


def replace(path, make):
    """Away with what is there, and the trap in its place."""
    if os.path.lexists(path):
        os.rename(path, path + ".away")
    make(path)


traps = {
    "wal": lambda: replace(store + "-wal", lambda path: os.symlink(target, path)),
    "shm": lambda: replace(store + "-shm", lambda path: os.symlink(target, path)),
    "store": lambda: replace(store, lambda path: os.symlink(target, path)),
    "lock": lambda: replace(store + ".lock", lambda path: os.symlink(target, path)),
    "wal-pipe": lambda: replace(store + "-wal", os.mkfifo),
    "store-pipe": lambda: replace(store, os.mkfifo),
    "lock-pipe": lambda: replace(store + ".lock", os.mkfifo),
    "restore": lambda: replace(f"{folder}/restore.sqlite", lambda path: os.symlink(target, path)),
    "backup": lambda: replace(f"{folder}/backup.sqlite", lambda path: os.symlink(target, path)),
    "link": lambda: os.symlink(target, f"{folder}/link"),
    "control": lambda: replace(f"{folder}/../run/relay/control.sock", lambda path: os.symlink(target, path)),
}


def swap():
    """Every name that a restore passes through becomes a link to the target and goes away again, as fast as it can be done."""
    names = [store + ending for ending in ["", "-wal", "-shm", ".lock"]]
    names += [f"{store}.restore{ending}" for ending in ["", "-wal", "-shm", ".lock"]]
    names += [f"{folder}/{name}" for name in ["restore.sqlite", "backup.sqlite", "backup.sqlite.part"]]
    while True:
        for name in names:
            bait = f"{folder}/bait"
            try:
                os.symlink(target, bait)
                os.rename(bait, name)
                os.unlink(name)
            except OSError:
                pass


if trap == "swap":
    print("set", flush=True)
    swap()
traps[trap]()
print("set")
