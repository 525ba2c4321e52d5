"""The operator's guide and its commands."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "deploy/README.md").read_text()


def blocks():
    """Every block of the guide: the heading it stands below, what follows its opening fence, its text."""
    found, heading, language = [], "", None
    for line in GUIDE.splitlines(keepends=True):
        if language is None and line.startswith("#"):
            heading = line.strip()
        elif language is None and line.startswith("```"):
            language, text = line[3:].strip(), ""
        elif line.startswith("```"):
            found.append((heading, language, text))
            language = None
        elif language is not None:
            text += line
    return found


def commands(heading, language="sh"):
    """What is pasted below a heading."""
    return "".join(text for place, words, text in blocks() if (place, words) == (heading, language))
