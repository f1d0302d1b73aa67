"""Leave out of a stylesheet what none of our pages can match.

A rule stays when every class that its selector needs is written somewhere in a template, a script
or a widget; elements, ids and attributes always stay. A custom property stays when something
reads it. What was left out is listed, and a test refuses a template that uses a name of the list:
the remedy is to run `tools/vendor_assets.py` again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

NESTING = ("@media", "@supports", "@layer", "@container")
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
# What stands in these may or may not match: it is no reason to leave a rule out.
MAYBE = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
ATTRIBUTE = re.compile(r'class=(?:"([^"]*)"|\'([^\']*)\')')
QUOTED = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'')
WORD = re.compile(r"[A-Za-z_][\w-]*")
DEFINED = re.compile(
    r"(?P<name>--[\w-]+):"
    r"(?:\"[^\"]*\"|'[^']*'|url\((?![\"'])[^)]*\)|[^;{}\"'])*(?:;|(?=\}))"
)

NAMED = re.compile(r"[{;](--[\w-]+):")


def words_of(root: Path) -> set[str]:
    """Every name that a page of ours may give an element as its class."""
    found: set[str] = set()
    for path in (root / "templates").rglob("*.html"):
        for attribute in ATTRIBUTE.finditer(path.read_text("utf-8")):
            found.update(WORD.findall(attribute[1] or attribute[2] or ""))
    scripts = list((root / "assets/js").rglob("*.js"))
    modules = [
        path
        for app in ("accounts", "dawsos", "market", "patterns", "portfolios")
        for path in (root / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    for path in [*scripts, *modules]:
        for quoted in QUOTED.finditer(path.read_text("utf-8")):
            said = quoted[1] or quoted[2] or ""
            if len(said) < 200 and (path.suffix == ".js" or "-" in said or " " not in said):
                found.update(WORD.findall(said))
    return found


def trimmed(css: str, words: set[str], others: str) -> tuple[str, list[str]]:
    """The stylesheet without what cannot match, and the classes that went. `others` is all other
    text that may read a custom property."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)  # the licence is in NOTICE
    kept = _without_unread("".join(_kept(css, words)), others)
    animated = " ".join(re.findall(r"animation(?:-name)?:([^;}]*)", kept))
    kept = "".join(
        text
        for head, text in _rules(kept)
        if not head.startswith("@keyframes") or head.split()[1] in animated
    )
    kept = re.sub(r"[^{}]+\{\}", "", kept)
    gone = set(CLASS.findall(css)) - set(CLASS.findall(kept))
    return kept, sorted({name.replace("\\", "") for name in gone} - words)


def _without_unread(css: str, others: str) -> str:
    """Without custom properties that nothing reads, until all that are left are read."""
    read = set(re.findall(r"var\(\s*(--[\w-]+)", css + others))
    less = DEFINED.sub(lambda found: found[0] if found["name"] in read else "", css)
    lost = read & set(NAMED.findall(css)) - set(NAMED.findall(less))
    if lost:
        raise ValueError(f"left out although it is read: {', '.join(sorted(lost))}")
    return less if less == css else _without_unread(less, others)


def _kept(css: str, words: set[str]) -> Iterator[str]:
    for head, text in _rules(css):
        if not text.endswith("}") or head.startswith(("@font-face", "@keyframes", "@page")):
            yield text
        elif head.startswith(NESTING):
            inner = "".join(_kept(text[text.index("{") + 1 : -1], words))
            if inner:
                yield f"{head}{{{inner}}}"
        else:
            selectors = [each for each in _parted(head) if _may_match(each, words)]
            if selectors:
                yield f"{','.join(selectors)}{text[text.index('{') :]}"


def _may_match(selector: str, words: set[str]) -> bool:
    needed = CLASS.findall(MAYBE.sub("", selector))
    return all(name.replace("\\", "") in words for name in needed)


def _parted(head: str) -> list[str]:
    """Selectors, parted at commas outside of brackets."""
    found, depth, begun = [], 0, 0
    for at, character in enumerate(head):
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            found.append(head[begun:at])
            begun = at + 1
    return [*found, head[begun:]]


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Each statement of the top level: what stands before its block, and all of it."""
    at = 0
    while at < len(css):
        end, depth, quote, opened = at, 0, "", -1
        while end < len(css):
            character = css[end]
            if quote:
                quote = "" if character == quote and css[end - 1] != "\\" else quote
            elif character in "\"'":
                quote = character
            elif character == "{":
                opened = end if not depth else opened
                depth += 1
            elif character == "}":
                depth -= 1
                if not depth:
                    break
            elif character == ";" and not depth:
                break
            end += 1
        text = css[at : end + 1]
        yield css[at : opened if opened >= 0 else end].strip(), text
        at = end + 1
