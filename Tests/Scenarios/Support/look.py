"""Holds a lock as the doctor does while it looks, until somebody waits for it: look.py LOCK READY

Makes the file READY once it has the lock. Anyone who waits opens the lock's file again and again; others open it once or twice.
"""
import ctypes
import fcntl
import os
import pathlib
import sys

IN_OPEN = 0x20
OPENED_BY_WHO_WAITS = 5

lock, ready = sys.argv[1:3]
library = ctypes.CDLL(None, use_errno=True)
with open(os.open(lock, os.O_RDONLY | os.O_CREAT, 0o600)) as file:
    fcntl.flock(file, fcntl.LOCK_SH)
    watch = library.inotify_init()
    if watch < 0 or library.inotify_add_watch(watch, lock.encode(), IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "cannot watch it", lock)
    pathlib.Path(ready).touch()
    seen = 0
    while seen < OPENED_BY_WHO_WAITS:
        # One event has 16 octets where a file is watched; one like the last that was not read yet is left out.
        seen += len(os.read(watch, 4096)) // 16
