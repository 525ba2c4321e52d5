"""A few hundred letters through an SMTP server that misbehaves at random; `deploy/prove chaos` is the long form. And the account of
them is shown to find what it is there to find."""
import pytest

import chaos
from smtpchaos import Copy


def test_every_letter_comes_to_an_end_that_can_be_told(reports, tell):
    reports.chmod(0o755)
    account = chaos.run(reports, 300, seed=7, minutes=10, say=lambda line: None)
    fates = chaos.collections.Counter(account.fate(letter) for letter in account.letters)
    misbehaviours = sum(account.server.times.values())
    tell("chaos", f"{account.accepted} letters, {misbehaviours} misbehaviours", ", ".join(f"{n} {f}" for f, n in fates.items()))
    assert not account.faults, "\n".join(account.faults[:20])
    assert account.accepted == 300
    # A server in order would prove nothing.
    assert misbehaviours > 60 and fates["once"] > 200
    assert fates["three times"] > 0, "nobody's letter was taken twice without a word"
    assert any("never said whether it took it" in letter.reason for letter in account.letters), "no silent end held a letter"
    assert any("S1" in name or "S2" in name or "refuses us" in name for name in account.server.met), "our sender was never refused"


class Kept:
    """What a server saw, made up."""

    def __init__(self, *copies, silent=None):
        sender = "a@relay.example.org"
        self.copies = {sender: list(copies)}
        taken = sum(not copy.is_confirmed for copy in copies)
        self.silent_ends = chaos.collections.Counter({sender: taken if silent is None else silent})
        self.in_the_clear = []


TAKEN, OTHER, SILENT = Copy("1", "<1>", True), Copy("2", "<1>", True), Copy("1", "<1>", False)


@pytest.mark.parametrize("state, reason, handle, copies, words", [
    ("delivered", "", "member1", [TAKEN], None),
    ("delivered", "", "member1", [SILENT, TAKEN], None),
    ("delivered", "", "member1", [], "LOST"),
    ("delivered", "", "member1", [SILENT], "LOST"),
    ("delivered", "", "member1", [TAKEN, TAKEN], "again after a 250"),
    ("delivered", "", "member1", [SILENT, SILENT, TAKEN], None),
    ("delivered", "", "member1", [SILENT, SILENT, SILENT, TAKEN], "not held after its 3."),
    ("failed", "", "member40", [SILENT, SILENT, SILENT], "not held after its 3."),
    ("held", "x", "member1", [SILENT, SILENT, SILENT], None),
    ("held", "x", "member1", [SILENT, SILENT, SILENT, SILENT], "sent again after its 3."),
    ("delivered", "", "member1", [TAKEN, OTHER], "differ"),
    ("held", "sender rejected", "member1", [], None),
    ("held", "", "member1", [], "without a reason"),
    ("held", "x", "member1", [TAKEN], "said 250"),
    ("failed", "", "member40", [], None),
    ("failed", "", "member1", [], "not for its recipient"),
    ("ready", "", "member1", [], "no end"),
    ("expired", "", "member1", [], "no end"),
])
def test_the_account_finds_each_fault(state, reason, handle, copies, words):
    letter = chaos.Letter("a@relay.example.org", handle, state, 1, reason)
    faults = chaos.Account(1, [letter], Kept(*copies), {state: 1}, 0).faults
    assert (words is None) == (not faults), faults
    assert words is None or any(words in fault for fault in faults)


def test_the_account_finds_letters_that_are_missing_and_what_was_said_in_the_clear():
    server = Kept(TAKEN)
    server.in_the_clear = ["MAIL"]
    faults = "\n".join(chaos.Account(2, [], server, {}, 1).faults)
    for words in ["2 letters were accepted, and 0", "difference 1", "which nobody posted", "in the clear"]:
        assert words in faults, faults
