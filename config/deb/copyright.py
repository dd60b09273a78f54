#!/usr/bin/python3
"""Writes the package's `copyright`, and `licences` with the texts that the crates bring along.

    copyright.py COPYRIGHT LICENCES

What is linked into the program is what cargo names as its normal dependencies, without the macros that only run while
it is built. A crate without a licence, or one under a name that has no line in TEXTS, is an error.
"""

import hashlib
import json
import os
import re
import subprocess
import sys

CARGO = os.environ.get("CARGO", "cargo")
COMMON = "On Debian systems the text is in /usr/share/common-licenses/{}."
OWN = "The text, with the names of its holders, is in /usr/share/doc/radard/licences.gz."
TEXTS = {
    "Apache-2.0": COMMON.format("Apache-2.0"),
    "Apache-2.0 with LLVM-exception exception": COMMON.format("Apache-2.0") + " The exception lets a compiled"
    " program be passed on without the notices that sections 4(a), 4(b) and 4(d) ask for.",
    "CC0-1.0": COMMON.format("CC0-1.0"),
    "MPL-2.0": COMMON.format("MPL-2.0"),
    **dict.fromkeys("0BSD BSD-2-Clause BSD-3-Clause CDLA-Permissive-2.0 ISC MIT Unicode-3.0 Zlib".split(), OWN),
    "public-domain": "Its authors have given it to the public; see https://sqlite.org/copyright.html.",
}
HEAD = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: radard
Comment: The paths below crates/ are those of the crates that are linked into
 the program; they are no files of this package.

Files: *
Copyright: {holder}
License: MIT

Files: crates/std/*
Copyright: the Rust project contributors
License: MIT or Apache-2.0

Files: crates/libsqlite3-sys/sqlite3/*
Copyright: none
License: public-domain
"""


def cargo(*line):
    return subprocess.run([CARGO, *line], check=True, capture_output=True, text=True).stdout


def linked():
    """The packages that end up in the program, by name and version."""
    host = re.search(r"^host: (.*)$", cargo("-vV"), re.M)[1]
    edges = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    tree = cargo("tree", "--locked", "--target", host, *edges)
    names = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", host))["packages"]
    found = [package for package in packages if (package["name"], "v" + package["version"]) in names]
    if len(found) != len(names):
        sys.exit(f"copyright: {len(names)} crates are linked, {len(found)} are described")
    return sorted((package for package in found if package["name"] != "radard"), key=lambda p: (p["name"], p["version"]))


def in_debians_words(package):
    """An SPDX expression in the words of Debian's format; of licences to choose from, those that have a line in TEXTS."""
    text = package["license"] or sys.exit(f"copyright: {package['name']} names no licence")
    text = re.sub(r"\s*/\s*", " OR ", text).replace(" WITH LLVM-exception", " with LLVM-exception exception")
    parts = []
    for part in re.split(r"\s+AND\s+", text):
        known = [name for name in part.strip("()").split(" OR ") if name in TEXTS]
        if not known:
            sys.exit(f"copyright: {package['name']} is under `{text}`, which has no line in TEXTS")
        parts.append(" or ".join(known))
    return (", and " if any(" or " in part for part in parts) else " and ").join(parts)


def texts_of(package):
    """The files of a crate that hold its licence."""
    folder = os.path.dirname(package["manifest_path"])
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if re.match(r"(licen[cs]e|copying|copyright|notice|unlicense)", name, re.I) and os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                yield file.read().strip() + "\n"


def main():
    copyright_file, licences_file = sys.argv[1:]
    own = open("LICENSE", encoding="utf-8").read()
    holder = re.search(r"^Copyright \(c\) (.*)$", own, re.M)[1]
    stanzas, used, texts = [HEAD.format(holder=holder)], {"MIT", "Apache-2.0", "public-domain"}, {}
    for package in linked():
        name, licence = f"{package['name']} {package['version']}", in_debians_words(package)
        used |= set(re.split(r",? (?:or|and) ", licence))
        holders = [re.sub(r"\s*<.*>", "", author) for author in package["authors"]]
        lines = "\n ".join(holders or [f"the authors of {package['name']}"])
        stanzas.append(f"Files: crates/{name.replace(' ', '-')}/*\nCopyright: {lines}\nLicense: {licence}\n")
        for text in texts_of(package):
            texts.setdefault(hashlib.sha256(text.encode()).digest(), (text, []))[1].append(name)
    stanzas += [f"License: {name}\n {TEXTS[name]}\n" for name in sorted(used) if name != "MIT"]
    stanzas.append("License: MIT\n" + "".join(f" {line or '.'}\n" for line in own.split("\n\n", 2)[2].splitlines()))
    with open(copyright_file, "w", encoding="utf-8") as file:
        file.write("\n".join(stanzas))
    with open(licences_file, "w", encoding="utf-8") as file:
        for text, names in texts.values():
            file.write(f"{'=' * 80}\n{', '.join(names)}\n{'=' * 80}\n\n{text}\n")


main()
