"""People who become members by themselves: sites where that is possible, and what the mails to them say."""
import email
import email.policy
import re
import time
import urllib.error
import urllib.request

CODE = re.compile(r"(?<!\d)(\d{3})[\u00a0 ]?(\d{3})(?!\d)")


def sites(postern):
    """Adds a site where anybody may join, and one for those who are invited. Once for each installation."""
    if not getattr(postern, "can_join", False):
        for site, name, way in [("club", "Example Club", "open"), ("guild", "Example Guild", "invitation")]:
            postern.run("site", "add", site, "--name", name, "--origin", f"https://{site}.example")
            postern.run("site", "set", site, "--join", way, "--accent", "#205090")
        postern.can_join = True


def invitation(postern, *arguments):
    """The link of a new one."""
    return postern.run("recipient", "invite", "--site", "guild", *arguments).splitlines()[0].strip()


def mails_to(postern, address):
    """The text of each mail to that address that the demo mailbox still has, oldest first."""
    box = f"http://127.0.0.1:{postern.staff_port}"
    found = []
    page = urllib.request.urlopen(box + "/demo/mailbox", timeout=30).read().decode()
    for path in dict.fromkeys(re.findall(r'href="(/demo/mailbox/[0-9]+)"', page)):
        try:
            raw = urllib.request.urlopen(f"{box}{path}/raw", timeout=30).read()
        except urllib.error.HTTPError as refused:
            # The mailbox keeps the newest: this one had to go since the page was made.
            assert refused.code == 404
            continue
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        if address in mail["To"]:
            found.append((int(path.rsplit("/", 1)[1]), mail.get_body(("plain",)).get_content()))
    return [text for _, text in sorted(found)]


def mail_to(postern, address, seconds=30):
    """The newest mail to that address, once there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        mails = mails_to(postern, address)
        if mails:
            return mails[-1]
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address}")


def code_to(postern, address):
    """The six digits of the newest mail."""
    found = CODE.search(mail_to(postern, address))
    assert found, mail_to(postern, address)
    return "".join(found.groups())
