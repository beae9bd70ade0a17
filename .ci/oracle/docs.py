#!/usr/bin/env python3
"""Builds sites with Debian's mkdocs and its Material theme and with ours, and compares them page by page: heading
anchors, link targets and text. docs.py BACKCHANNEL [--show N] NAME=DIR...; DIR is a folder with an mkdocs.yml, or Markdown.
Prints a line a site and the first differences, and fails where a share of equal pages is below its threshold."""
import difflib, os, re, shutil, subprocess, sys, tempfile
from html.parser import HTMLParser

# The extensions of mkdocs-techdocs-core that Debian has, with its settings; line numbers off, since they are text there.
CONFIG = """
site_name: oracle
docs_dir: %s
site_dir: %s
use_directory_urls: true
theme: {name: material, font: false}
plugins: []
markdown_extensions:
  - toc: {permalink: true}
  - admonition
  - pymdownx.details
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.caret
  - pymdownx.critic
  - pymdownx.emoji: {emoji_index: !!python/name:materialx.emoji.twemoji , emoji_generator: !!python/name:materialx.emoji.to_svg }
  - pymdownx.inlinehilite
  - pymdownx.magiclink
  - pymdownx.mark
  - pymdownx.smartsymbols
  - pymdownx.snippets: {base_path: %s}
  - pymdownx.highlight: {linenums: false, pygments_lang_class: true}
  - pymdownx.extra
  - pymdownx.tasklist: {custom_checkbox: true}
  - pymdownx.tilde
%s
"""

BLOCKS = {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "td", "th", "thead", "tbody", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6",
          "details", "summary", "figure", "figcaption", "hr", "br", "section", "label", "center", "article", "header", "footer"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """The part of a page that comes from its Markdown."""

    def __init__(self, start):
        super().__init__(convert_charrefs=True)
        self.start, self.depth, self.skip, self.stack = start, 0, 0, []
        self.words, self.anchors, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        classes = (a.get("class") or "").split()
        if not self.depth:
            if self.start(tag, classes):
                self.depth = 1
                self.stack = [tag]
            return
        if tag in BLOCKS:
            self.words.append(" ")
        if tag in VOID:
            if tag == "img" and not self.skip and "twemoji" not in classes and "emojione" not in classes:
                self.link(a.get("src"))
            return
        self.stack.append(tag)
        hidden = ("headerlink" in classes or "md-content__button" in classes or "tabbed-labels" in classes or "notices" in classes
                  or "footnote-ref" in classes or "footnote-backref" in classes or "icon" in classes or "emoji" in classes
                  or "twemoji" in classes or tag in ("svg", "script", "style", "math", "annotation")
                  or "md-source-file" in classes or "neighbours" in classes)
        if self.skip or hidden:
            self.skip += 1
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.anchors.append(a.get("id") or "")
        elif tag == "a":
            self.link(a.get("href"))

    def link(self, ref):
        if ref and not ref.startswith("#__codelineno"):
            self.links.append(re.sub(r"#doc-", "#", ref))

    def handle_endtag(self, tag):
        if not self.depth or tag in VOID or tag not in self.stack:
            return
        if tag in BLOCKS:
            self.words.append(" ")
        while self.stack:
            top = self.stack.pop()
            if self.skip:
                self.skip -= 1
            if top == tag:
                break
        if not self.stack:
            self.depth = 0

    def handle_data(self, data):
        if self.depth and not self.skip:
            self.words.append(data)


def read(path, start):
    p = Page(start)
    with open(path, encoding="utf-8") as f:
        p.feed(f.read())
    p.words = "".join(p.words).split()
    return p


def theirs(tag, classes):
    return tag == "article" and "md-content__inner" in classes


def ours(tag, classes):
    return tag == "article" and "doc" in classes


def resolve(links, page):
    """Links as addresses below the site, so that ways to write one address count as equal."""
    out = []
    for ref in links:
        ref = ref.replace("%20", " ")
        if re.match(r"[a-z]+:|//", ref):
            out.append(ref.rstrip("/"))
        elif ref.startswith("/"):  # mkdocs leaves these as they are, we look for the page
            path, _, fragment = ref.partition("#")
            out.append(re.sub(r"(/index|/README)?\.md$", "", path.strip("/")) + ("#" + fragment if fragment else ""))
        elif ref.startswith("#"):
            out.append(ref)
        else:
            path, _, fragment = ref.partition("#")
            at = os.path.normpath(os.path.join(page, path)).replace("./", "")
            out.append(("" if at == "." else at) + ("#" + fragment if fragment else ""))
    return out


def build(backchannel, name, source, work):
    yml = os.path.join(source, "mkdocs.yml")
    docs, nav = source, ""
    if os.path.exists(yml):
        text = open(yml, encoding="utf-8").read()
        m = re.search(r"^docs_dir:\s*['\"]?([^'\"\n#]+)", text, re.M)
        docs = os.path.normpath(os.path.join(source, m.group(1).strip() if m else "docs"))
    elif os.path.isdir(os.path.join(source, "docs")):
        docs = os.path.join(source, "docs")
    folder = os.path.join(work, name.replace("/", "+"))
    os.makedirs(folder)
    copy = os.path.join(folder, "docs")
    shutil.copytree(docs, copy, ignore_dangling_symlinks=True)
    for root, _, files in os.walk(copy):  # pages that ask for a template of the site's own
        for f in files:
            if f.endswith(".md"):
                at = os.path.join(root, f)
                text = open(at, encoding="utf-8", errors="replace").read()
                if text.startswith("---") and "\ntemplate:" in text[:2000]:
                    open(at, "w", encoding="utf-8").write(re.sub(r"\ntemplate:.*", "", text, count=1))
    config = os.path.join(folder, "mkdocs.yml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(CONFIG % ("docs", "theirs", "docs", nav))
    done = subprocess.run(["mkdocs", "build", "-q", "-f", config], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit("mkdocs fails on %s: %s" % (name, done.stderr[-2000:]))
    os.remove(config)
    open(config, "w").write("site_name: oracle\n")
    done = subprocess.run([backchannel, "docs", "build", folder, "--out", os.path.join(folder, "ours")], capture_output=True, text=True)
    if done.returncode:
        sys.exit("we fail on %s: %s" % (name, done.stderr[-2000:]))
    return folder


def compare(name, folder, show):
    equal = {"anchors": 0, "links": 0, "text": 0}
    total, words, differing, missing = 0, 0, 0, 0
    for root, _, files in os.walk(os.path.join(folder, "theirs")):
        if "index.html" not in files:
            continue
        path = os.path.relpath(root, os.path.join(folder, "theirs"))
        there = read(os.path.join(root, "index.html"), theirs)
        mine = os.path.join(folder, "ours", path, "index.html")
        total += 1
        if not os.path.exists(mine):
            missing += 1
            print("  missing page", path)
            continue
        here = read(mine, ours)
        at = "" if path == "." else path
        if there.anchors and there.anchors[0] == "" and len(there.anchors) == len(here.anchors) + 1:
            there.anchors = there.anchors[1:]
        pairs = {"anchors": (there.anchors, here.anchors), "links": (sorted(resolve(there.links, at)), sorted(resolve(here.links, at))),
                 "text": (there.words, here.words)}
        words += len(there.words)
        for kind, (a, b) in pairs.items():
            if a == b:
                equal[kind] += 1
                continue
            diffs = [d for d in difflib.SequenceMatcher(None, a, b, autojunk=len(a) > 3000).get_opcodes() if d[0] != "equal"]
            if kind == "text":
                differing += sum(max(i2 - i1, j2 - j1) for _, i1, i2, j1, j2 in diffs)
            if show > 0:
                show -= 1
                for op, i1, i2, j1, j2 in diffs[:4]:
                    sep = " " if kind == "text" else " | "
                    print("  %s %s: theirs %r ours %r" % (path, kind, sep.join(a[max(0, i1 - 3):i2 + 2])[:200], sep.join(b[max(0, j1 - 3):j2 + 2])[:200]))
    print("%s: %d pages; equal anchors %d, links %d, text %d; %.3f %% of %d words differ; %d missing" % (
        name, total, equal["anchors"], equal["links"], equal["text"], 100 * differing / max(words, 1), words, missing))
    return total, equal, differing, words, missing


def main():
    args = sys.argv[1:]
    show = 0
    if "--show" in args:
        i = args.index("--show")
        show = int(args[i + 1])
        del args[i:i + 2]
    backchannel, sites = args[0], args[1:]
    total, anchors, links, differing, words, missing = 0, 0, 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as work:
        for site in sites:
            name, _, source = site.partition("=")
            n, equal, d, w, m = compare(name, build(backchannel, name, source, work), show)
            total, anchors, links = total + n, anchors + equal["anchors"], links + equal["links"]
            differing, words, missing = differing + d, words + w, missing + m
    print("all: %d pages; equal anchors %.1f %%, links %.1f %%; %.2f %% of words differ" % (
        total, 100 * anchors / max(total, 1), 100 * links / max(total, 1), 100 * differing / max(words, 1)))
    if missing or anchors < 0.95 * total or differing > 0.03 * words:
        sys.exit("the sites differ more than the handbook explains")


if __name__ == "__main__":
    main()
