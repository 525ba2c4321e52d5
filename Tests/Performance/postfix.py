"""A Postfix as Debian configures it, in folders of its own, that relays everything to the sink."""
import re
import subprocess

from machine import Server, free_port, run, until

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}/log
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = bench.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtpd_client_connection_count_limit = 0
alias_maps =
alias_database =
biff = no
"""

MASTER = """\
127.0.0.1:{port} inet n - y - - smtpd
pickup unix n - y 60 1 pickup
cleanup unix n - y - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - y - - trivial-rewrite
bounce unix - - y - 0 bounce
defer unix - - y - 0 bounce
trace unix - - y - 0 bounce
verify unix - - y - 1 verify
flush unix n - y 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - y - - smtp
relay unix - - y - - smtp
error unix - - y - - error
retry unix - - y - - error
discard unix - - y - - discard
anvil unix - - y - 1 anvil
scache unix - - y - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, folder, sink_port):
        self.folder = folder / "postfix"
        self.port = free_port()
        for name in ["etc", "queue", "data", "log"]:
            (self.folder / name).mkdir(parents=True)
        values = {"folder": self.folder, "sink": sink_port, "port": self.port}
        (self.folder / "etc/main.cf").write_text(MAIN.format(**values))
        # Not chrooted: the bench's folder has no /etc of its own.
        (self.folder / "etc/master.cf").write_text(re.sub(r" y ", " n ", MASTER.format(**values)))
        run("chown", "postfix:postfix", self.folder / "data")
        run("postfix", "-c", self.folder / "etc", "check")
        # master(8) -d stays in the foreground, and is stopped by its process id.
        self.server = Server(["/usr/lib/postfix/sbin/master", "-c", self.folder / "etc", "-d"], folder / "postfix-master.log",
                             {"MAIL_CONFIG": str(self.folder / "etc"), "MAIL_LOGTAG": "postfix", "PATH": "/usr/sbin:/usr/bin:/bin"})
        self.server.wait_for(self.port)

    @property
    def queued(self):
        """Mails that are not sent yet: files in the queues, counted where Postfix keeps them."""
        total = 0
        for name in ["maildrop", "incoming", "active", "deferred"]:
            listing = subprocess.run(["find", self.folder / "queue" / name, "-type", "f"], capture_output=True, text=True).stdout
            total += listing.count("\n")
        return total

    def drained(self, seconds=120):
        until("Postfix has sent everything", lambda: self.queued == 0, seconds, every=0.02)

    def stop(self):
        self.server.stop()


def smtp_source(port, count, sessions=32, length=2000):
    """Sends `count` mails over as many sessions at once. Postfix's own generator; a connection carries one mail after the other."""
    run("smtp-source", "-c", "-d", "-m", count, "-s", sessions, "-l", length, "-f", "visitor@visitor.example", "-t",
        "member@private.example", f"127.0.0.1:{port}", timeout=300)
