"""What a taken-over relay might try on the vault: run as the relay's user, it prints one line an attempt.

Usage: attempts.py HOME KEY VAULT_PID [--reading]
KEY is the path of a key that is there, which this user could not find out. --reading leaves out what would do harm, for the
control: root can do all the rest. An attempt counts as refused only for want of permission (EACCES, EPERM); one that fails
for another reason has shown nothing, and says so.
"""

import ctypes
import errno
import os
import signal
import socket
import sys

home, key, pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
reading = "--reading" in sys.argv
vault = f"{home}/vault"
proc = f"/proc/{pid}"
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206
SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438


def call(function, *arguments):
    """A function of the C library that gives -1 and errno."""
    function.restype = ctypes.c_long
    result = function(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def read(path):
    with open(path, "rb") as file:
        file.read(16)


def read_memory():
    with open(f"{proc}/maps") as maps:
        start = next(int(line.split("-")[0], 16) for line in maps if " rw" in line)
    with open(f"{proc}/mem", "rb", buffering=0) as memory:
        memory.seek(start)
        memory.read(64)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def vm_read():
    buffer = ctypes.create_string_buffer(8)
    here = Piece(ctypes.cast(buffer, ctypes.c_void_p), 8)
    # An address that need not be there: permission is asked for first.
    there = Piece(0x1000, 8)
    try:
        call(libc.process_vm_readv, pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise


def trace(request):
    """In a child: the kernel lets go of what it traces when it ends, and only then surely.

    Attaching stops the vault, and a tracer that ends before it has seen the stop leaves it stopped (ptrace(2)).
    """
    child = os.fork()
    if child == 0:
        try:
            call(libc.ptrace, request, pid, None, None)
            if request == PTRACE_ATTACH:
                os.waitpid(pid, 0)
                call(libc.ptrace, PTRACE_DETACH, pid, None, None)
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0:
        raise OSError(code, os.strerror(code))


def steal_descriptor():
    handle = call(libc.syscall, SYS_PIDFD_OPEN, pid, 0)
    call(libc.syscall, SYS_PIDFD_GETFD, handle, 0, 0)


def connect(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


def write(path):
    with open(path, "ab") as file:
        file.write(b"x")


attempts = [
    ("list the vault's home", lambda: os.listdir(vault)),
    ("list the keys", lambda: os.listdir(f"{vault}/keys")),
    ("read a key", lambda: read(key)),
    ("read a key through the vault's root", lambda: read(f"{proc}/root{key}")),
    ("list the vault's working folder", lambda: os.listdir(f"{proc}/cwd/.")),
    ("list the vault's descriptors", lambda: os.listdir(f"{proc}/fd")),
    ("read the vault's memory", read_memory),
    ("open the vault's memory", lambda: os.close(os.open(f"{proc}/mem", os.O_RDONLY))),
    ("read what is mapped in it", lambda: read(f"{proc}/maps")),
    ("read its environment", lambda: read(f"{proc}/environ")),
    ("read its auxiliary vector", lambda: read(f"{proc}/auxv")),
    ("read its memory by process_vm_readv", vm_read),
    ("seize it by ptrace", lambda: trace(PTRACE_SEIZE)),
    ("attach to it by ptrace", lambda: trace(PTRACE_ATTACH)),
    ("connect to the operator's socket", lambda: connect(f"{home}/run/operator/operator.sock")),
]
if not reading:
    attempts += [
        ("steal a descriptor by pidfd_getfd", steal_descriptor),
        ("write into its memory", lambda: os.close(os.open(f"{proc}/mem", os.O_RDWR))),
        ("have it dump its core", lambda: os.kill(pid, signal.SIGABRT)),
        ("have it dump more into a core", lambda: write(f"{proc}/coredump_filter")),
        ("kill it", lambda: os.kill(pid, signal.SIGKILL)),
        ("make it the first to go when memory is short", lambda: write(f"{proc}/oom_score_adj")),
        ("put a key beside the others", lambda: write(f"{vault}/keys/new")),
        ("write into a key", lambda: write(key)),
        ("link a key to where it can be read", lambda: os.link(key, f"{home}/store/stolen")),
        ("write to the journal", lambda: write(f"{vault}/journal/checkpoint")),
        ("take the journal away", lambda: os.unlink(f"{vault}/journal/checkpoint")),
        ("read the journal", lambda: read(f"{vault}/journal/checkpoint")),
        ("open the vault's home to all", lambda: os.chmod(vault, 0o777)),
        ("put another in the place of the vault's home", lambda: os.rename(vault, f"{home}/store/away")),
        ("remove the vault's home", lambda: os.rmdir(vault)),
        ("put another in the place of the vault's sockets", lambda: os.rename(f"{home}/run/vault", f"{home}/store/away")),
        ("take the vault's socket away", lambda: os.unlink(f"{home}/run/vault/vault.sock")),
        ("put a socket beside the vault's", lambda: write(f"{home}/run/vault/other.sock")),
    ]

done = 0
for name, attempt in attempts:
    try:
        attempt()
        print(f"DONE     {name}")
        done += 1
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            print(f"refused  {name}")
        else:
            print(f"UNCLEAR  {name}: {error}")
print(f"{len(attempts)} attempts, {done} done")
