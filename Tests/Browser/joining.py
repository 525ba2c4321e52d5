"""Sites where people may become members by themselves."""


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
