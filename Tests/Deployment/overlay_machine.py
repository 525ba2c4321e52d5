"""A machine on which the operator's guide can be followed: this one's files under a layer that is thrown away, with processes and a
network of its own. Everything on it is real but systemctl, apt-get, certbot, swift and chattr (standins, where gzip is only faster):
it is not booted, and leads nowhere. What those do, deploy/prove bare shows."""
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import time

from guide import ROOT

PASSWORD = "correct horse"
STANDINS = pathlib.Path(__file__).resolve().parent / "standins"
SMARTHOST = ROOT / "deploy/proofs/smarthost.py"

LAYER = """
set -eu
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
cd "$1/root"
mount --rbind /dev dev
mount -t proc none proc
for folder in run tmp root opt; do mount -t tmpfs -o mode=755 none $folder; done
chmod 1777 tmp
chmod 700 root
mkdir opt/standins opt/built opt/world run/lock
rm -rf var/lib/postern var/backups/postern var/log/postern
# Debian's own jail wants a log that not every machine has.
rm -f etc/fail2ban/jail.d/defaults-debian.conf
ip link set lo up
# The first process has to take leave of those whose parents have ended.
exec env --ignore-signal=CHLD chroot . sleep infinity
"""


def cannot_be_made():
    """Why not, or nothing: root of a container may not mount."""
    if os.geteuid() != 0:
        return "only root can make a machine of its own"
    for name in ["unshare", "nsenter", "setpriv", "ip", "pgrep", "nginx", "curl", "openssl"]:
        if not shutil.which(name):
            return f"there is no {name}"
    done = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-euc", """
        d=$(mktemp -d); mount -t tmpfs none $d; mkdir $d/u $d/w $d/m; mount -t overlay -o lowerdir=/,upperdir=$d/u,workdir=$d/w none $d/m
        """], capture_output=True, text=True)
    return done.stderr.strip()


class Machine:
    def __init__(self, folder):
        folder.mkdir()
        self.mailbox = folder / "world/mailbox"
        (folder / "world").mkdir()
        (folder / "layer").mkdir()
        self.unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child", "sh", "-c", LAYER, "sh", folder / "layer"],
            stdin=subprocess.DEVNULL)
        self.smarthost = None
        self.layer = pathlib.Path(f"/proc/{self.unshare.pid}/root{folder}/layer")
        try:
            self.leader = self.first_process()
        except BaseException:
            self.turn_off()
            raise
        self.environment = {"PATH": "/opt/standins:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                            "TERM": "dumb", "LANG": "C.UTF-8"}
        for name in STANDINS.iterdir():
            shutil.copy(name, self.file(f"/opt/standins/{name.name}"))
        self.file("/etc/hosts").write_text("127.0.0.1 localhost mail.example.org contact.example.org\n")
        names = ["mail.example.org", "contact.example.org"]
        subprocess.run([sys.executable, SMARTHOST, "certificate", folder / "world", *names], check=True)
        for name in ["certificate.pem", "key.pem"]:
            shutil.copy(folder / "world" / name, self.file(f"/opt/world/{name}"))
        self.file("/usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "world/ca.crt", self.file("/usr/local/share/ca-certificates/world.crt"))
        self.run("update-ca-certificates")

    def first_process(self):
        """Once it lives in the layer: until then its files are those of the machine below."""
        children = pathlib.Path(f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children")

        def is_in_the_layer():
            assert self.unshare.poll() is None, "the machine was not made"
            return children.read_text() and os.stat(f"/proc/{int(children.read_text())}/root").st_dev != os.stat("/").st_dev

        wait(is_in_the_layer)
        return int(children.read_text())

    def file(self, path):
        return pathlib.Path(f"/proc/{self.leader}/root{path}")

    def greet(self):
        """From now on there is a smarthost."""
        self.smarthost = subprocess.Popen(
            ["nsenter", f"--target={self.leader}", "--net", sys.executable, SMARTHOST, "serve", self.mailbox.parent, PASSWORD],
            stderr=subprocess.DEVNULL)
        wait(lambda: self.tries("bash", "-c", ": </dev/tcp/127.0.0.1/465"))

    def command(self, *arguments, folder):
        return ["nsenter", f"--target={self.leader}", "--mount", "--pid", "--net", "--ipc", "--root", f"--wdns={folder}", "env", "-i",
                *(f"{name}={value}" for name, value in self.environment.items()), *map(str, arguments)]

    def tries(self, *arguments, folder="/root"):
        return subprocess.run(self.command(*arguments, folder=folder), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60).returncode == 0

    def says(self, *arguments):
        """However it ends."""
        return subprocess.run(self.command(*arguments, folder="/root"), stdin=subprocess.DEVNULL, text=True, capture_output=True,
                              timeout=60).stdout

    def run(self, *arguments, typed="", folder="/root"):
        """What it says."""
        done = subprocess.run(self.command(*arguments, folder=folder), input=typed, text=True, capture_output=True, timeout=300)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def type(self, text, typed):
        """Pastes it, and types at a terminal: each command reads its own lines."""
        assert text.strip()
        self.file("/root/pasted").write_text(text)
        terminal, own = pty.openpty()
        try:
            os.write(terminal, typed.encode())
            done = subprocess.run(self.command("bash", "-eux", "/root/pasted", folder="/root"), stdin=own, text=True, capture_output=True,
                                  timeout=300)
        finally:
            os.close(terminal)
            os.close(own)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return done.stdout

    def paste(self, text, typed=PASSWORD + "\n", folder="/root", until_one_fails=True):
        """As an operator does, with what has to be typed meanwhile."""
        assert text.strip()
        self.file("/root/pasted").write_text(text)
        return self.run("bash", "-eux" if until_one_fails else "-ux", "/root/pasted", typed=typed, folder=folder)

    def processes(self):
        """Postern's: the user and the number of each."""
        lines = [line.split(None, 2) for line in self.run("ps", "-eo", "uid=,pid=,args=").splitlines()]
        return [(uid, pid) for uid, pid, command in lines if command.startswith("/usr/local/bin/postern ")]

    def has_letters(self, number):
        wait(lambda: self.mailbox.is_dir() and len(list(self.mailbox.glob("*.eml"))) >= number, 60)

    def written(self):
        """Every file and folder of the layer: what was made or changed on this machine, but in /root, /opt, /run and /tmp."""
        return {f"/{path.relative_to(self.layer / 'upper')}": path.lstat() for path in (self.layer / "upper").rglob("*")}

    def turn_off(self):
        for process in [self.smarthost, self.unshare]:
            if process:
                process.kill()
                process.wait()


def wait(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.1)
