"""Files as weapons: bombs, files without an end, paths that lead elsewhere. Little time, little memory, one diagnostic."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from reconciler.config.files import Glob, find_files
from reconciler.config.loader import load_configuration
from reconciler.config.markdown import MAX_LINES, MAX_MARKS, parse_markdown
from reconciler.config.problems import Problems
from reconciler.errors import ConfigurationError, Source
from tests.support.cli import REPOSITORY

SETTINGS = "version: 1\nfleet: acme\n"
GROUPS = "groups: {a: {name: x}}\n"

CPU_SECONDS = 3.0
"""What each attack may take; here it takes half a second."""
MEGABYTES = 200

MEASURE = r"""
import json, pathlib, re, resource, sys, time
if sys.argv[1] == "reference":
    sys.modules["yaml"] = None
from reconciler.config.document import MAX_BYTES, content_of, read_bytes
from reconciler.config.problems import Problems

def laughs(first):
    rows = "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    return f"a0: &a0 {first}\n" + rows

attacks = {
    "aliases of lists": lambda: laughs("[x,x,x,x,x,x,x,x,x,x]"),
    "aliases of maps": lambda: laughs("{a: x, b: x, c: x, d: x}"),
    "merge keys": lambda: "b: &b {" + ",".join(f"k{n}: 1" for n in range(2000)) + "}\n" + "m: {<<: *b}\n" * 2000,
    "merge keys in a circle": lambda: "a: &a {<<: *a}\n",
    "alias in a circle": lambda: "a: &a [*a]\n",
    "nested anchors": lambda: "".join(f"&a{n} [" for n in range(10_000)),
    "line of 10 MB": lambda: "a: " + "x" * 10_000_000,
    "line of 10 MB in quotes": lambda: "a: '" + "x" * 10_000_000,
    "key of 10 MB": lambda: "x" * 10_000_000 + ": 1\n",
    "comment of 10 MB": lambda: "#" * 10_000_000,
    "blanks of 10 MB": lambda: " " * 10_000_000 + "a: 1",
    "list of 10 MB": lambda: "[" + "a," * 5_000_000 + "]",
    "flow lists, depth 10,000": lambda: "[" * 10_000 + "]" * 10_000,
    "flow lists, never closed": lambda: "[" * 300_000,
    "flow maps, depth 10,000": lambda: "{a: " * 10_000 + "}" * 10_000,
    "block lists, depth 10,000": lambda: "- " * 10_000 + "a",
    "block maps, depth 4,000": lambda: "".join(" " * n + "a:\n" for n in range(4_000)),
    "questions": lambda: "? " * 10_000,
    "1,000,000 keys": lambda: "".join(f"k{n}: 1\n" for n in range(1_000_000)),
    "1,000,000 times one key": lambda: "k: 1\n" * 1_000_000,
    "1,000,000 documents": lambda: "---\n" * 1_000_000,
    "1,000,000 directives": lambda: "%X y\n" * 1_000_000,
    "15,000,000 lines": lambda: "\n" * 15_000_000,
    "15,000,000 lines of a Mac": lambda: "\r" * 15_000_000,
    "tags": lambda: "".join(f"k{n}: !t 1\n" for n in range(300_000)),
    "same keys": lambda: "k: 1\n" * 400_000,
    "tag of Python": lambda: "a: !!python/object/apply:os.system ['true']\n",
    "two byte order marks": lambda: "\ufeff\ufeffa: 1\n",
    "UTF-16": lambda: "a: 1\n".encode("utf-16"),
    "NUL": lambda: "a: \0\n",
    "no UTF-8": lambda: b"# " + b"x" * 900_000 + b"\xff\n",
    "half a character": lambda: b"a: \xed\xa0\x80\n",
    "half a character, escaped": lambda: 'a: "\\ud800"\n',
    "bidi override in a key": lambda: "\u202ea: 1\n",
    "tab": lambda: "a:\n\tb: 1\n",
    "two documents": lambda: "a: 1\n---\nb: 1\n",
    "more than 16 MB": lambda: b"a: 1\n" * 4_000_000,
}
for name, make in attacks.items():
    content = make()
    content = content if isinstance(content, bytes) else content.encode()
    problems = Problems()
    began = time.process_time()
    read_bytes(content[: MAX_BYTES + 1], "f.yaml", problems)
    took = time.process_time() - began
    first = problems.all[0] if problems.all else None
    place = first and [first.source.line, first.source.column]
    print(json.dumps([name, took, len(problems.all), place, first and first.summary]))
# Not ru_maxrss where it can be helped: a process inherits the peak of whoever started it.
status = pathlib.Path("/proc/self/status")
peak = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
print(json.dumps((int(peak[1]) if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024))
"""


class TestYaml:
    @pytest.mark.parametrize("parser", ["accelerator", "reference"])
    def test_bombs_are_refused_with_little_time_and_memory(self, parser):
        process = subprocess.run(
            [sys.executable, "-c", MEASURE, parser],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
        *attacks, megabytes = map(json.loads, process.stdout.splitlines())

        slow = [f"{name}: {took:.1f} s" for name, took, *_ in attacks if took > CPU_SECONDS]
        silent = [name for name, _, told, place, _ in attacks if not 1 <= told <= 101 or not place]
        assert len(attacks) == 37
        assert slow == []
        assert silent == []
        assert megabytes < MEGABYTES

    def test_file_of_100_mb_is_not_read_to_its_end(self, tmp_path):
        with (_fleet(tmp_path) / "b.yaml").open("wb") as file:
            file.truncate(100_000_000)

        assert _told(tmp_path) == ["b.yaml:1:1 File too large"]

    @pytest.mark.parametrize("name", ["groupctl.yaml", "groups.yaml"])
    def test_both_kinds_of_files_have_the_same_bounds(self, tmp_path, name):
        (_fleet(tmp_path) / name).write_text("a: " + "x" * 2_000_000)

        assert f"{name}:1:1 Line too long" in _told(tmp_path)

    def test_line_of_a_million_characters_is_read(self, tmp_path):
        line = "#" * 1_000_000
        (_fleet(tmp_path) / "b.yaml").write_text(f"{line}\n{line}\ngroups: {{b: {{name: y}}}}\n{line}")

        assert _told(tmp_path) == []


class TestMarkdown:
    @pytest.mark.timeout(30)
    @pytest.mark.parametrize(
        "unit",
        [
            *(
                "[",
                "]",
                "![",
                "[](",
                "[a](",
                "[a][",
                "*",
                "**a",
                "*_",
                "***a**b*",
                "_a",
                "a_ ",
                "~~",
                "~~a~~ ",
                "`",
            ),
            *(
                "`a` ",
                "<",
                "<a ",
                "<!-- ",
                "<?",
                "</",
                "<http:",
                "<a@b",
                "&",
                "&a",
                "&#x41;",
                "\\[",
                "|",
                "|a",
                "> ",
            ),
            *(
                ">\n",
                "- ",
                "-\n",
                "1. ",
                "# \n",
                "a  \n",
                "a\n",
                "a\r",
                "\n",
                "a\n=\n",
                "---\n",
                "```\n",
                "~~~\n",
                "- [ ] a\n",
            ),
            *(
                "|x\n",
                "a|b\n-|-\n",
                "[a]: /x\n",
                "[a\n",
                "[a]: b '\n",
                "@",
                "@a.b@c.",
                "@ou_",
                "<@",
                "\t",
                "-\t",
                "(",
                "a",
                "支",
            ),
        ],
    )
    def test_200_000_characters_of_anything_are_read_in_seconds(self, unit):
        parse_markdown((unit * 200_000)[:200_000])

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize(
        "source",
        [
            ">" * 60 + "\n" + "a\n" * 9_000,
            ">" * 190 + "\na" * 9_000,
            "- " * 60 + "a\n" + (" " * 120 + "- a\n") * 1_500,
            "[" * 10_000 + "]" * 10_000,
            "[a" * 6_000 + "](b)" * 6_000,
            "".join("`" * number + "a" for number in range(1, 190)),
            "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n",
            "[a](" + "(" * 200_000,
            "&" + "a" * 200_000 + ";",
        ],
    )
    def test_nesting_is_read_in_seconds(self, source):
        parse_markdown(source)

    @pytest.mark.parametrize(
        ("source", "line"),
        [
            ("a\n" * MAX_LINES, MAX_LINES + 1),
            ("a\r" * MAX_LINES, MAX_LINES + 1),
            ("a\n" + "[" * (MAX_MARKS + 1), 2),
        ],
    )
    def test_what_no_announcement_needs_is_told_with_its_line(self, source, line):
        assert [(each.line, each.summary) for each in parse_markdown(source)[1]] == [
            (line, "Announcement too long")
        ]

    @pytest.mark.parametrize("depth", [300, 4_000])
    def test_emphasis_that_is_nested_a_thousand_times_is_told_with_its_line(self, depth):
        [fault] = parse_markdown("b\n\n" + "*" * depth + "a" + "*" * depth)[1]

        assert (fault.line, fault.summary) == (3, "Marks nested too deeply")

    def test_emphasis_in_emphasis_is_read(self):
        assert parse_markdown("***~~[a](https://b.c)~~***")[1] == ()


def _fleet(root: Path, more: str = "") -> Path:
    (root / "groupctl.yaml").write_text(SETTINGS + more)
    (root / "groups.yaml").write_text(GROUPS)
    return root


def _told(root: Path) -> list[str]:
    try:
        load_configuration(root)
    except ConfigurationError as error:
        return [f"{_shown(each.source, root)} {each.summary}" for each in error.diagnostics]
    return []


def _shown(source: Source | None, root: Path) -> str:
    assert source
    return f"{Path(source.file).relative_to(root)}:{source.line}:{source.column}"


class TestFilesThatAreNone:
    def test_pipe_is_not_waited_for(self, tmp_path):
        os.mkfifo(_fleet(tmp_path) / "b.yaml")

        assert _told(tmp_path) == ["b.yaml:1:1 File cannot be read"]

    def test_socket_is_no_file(self, tmp_path, monkeypatch):
        monkeypatch.chdir(_fleet(tmp_path))  # the address of a socket has to be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("b.yaml")

        assert _told(tmp_path) == ["b.yaml:1:1 File cannot be read"]

    def test_folder_with_the_name_of_a_file_is_a_folder(self, tmp_path):
        (_fleet(tmp_path) / "b.yaml").mkdir()

        assert _told(tmp_path) == []

    def test_link_in_a_circle_cannot_be_read(self, tmp_path):
        (_fleet(tmp_path) / "b.yaml").symlink_to("b.yaml")

        assert _told(tmp_path) == ["b.yaml:1:1 File cannot be read"]

    def test_link_to_nothing_cannot_be_read(self, tmp_path):
        (_fleet(tmp_path) / "b.yaml").symlink_to("nothing")

        assert _told(tmp_path) == ["b.yaml:1:1 File cannot be read"]

    def test_folders_that_link_in_a_circle_are_walked_once(self, tmp_path):
        (_fleet(tmp_path) / "sub").symlink_to(".")

        assert _told(tmp_path) == []

    @pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "../b.yaml"])
    def test_link_that_leads_out_is_not_followed(self, tmp_path, target):
        root = tmp_path / "fleet"
        root.mkdir()
        (tmp_path / "b.yaml").write_text(GROUPS)
        (_fleet(root) / "b.yaml").symlink_to(target)

        assert _told(root) == ["b.yaml:1:1 Path outside the fleet"]

    @pytest.mark.parametrize("kind", ["pipe", "circle", "folder", "device"])
    def test_announcement_and_picture_have_to_be_files(self, tmp_path, kind):
        (tmp_path / "groupctl.yaml").write_text(SETTINGS)
        (tmp_path / "g.yaml").write_text("groups: {a: {name: x, announcement: ./f, avatar: ./f}}\n")
        match kind:
            case "pipe":
                os.mkfifo(tmp_path / "f")
            case "circle":
                (tmp_path / "f").symlink_to("f")
            case "folder":
                (tmp_path / "f").mkdir()
            case _:
                (tmp_path / "f").symlink_to("/dev/zero")

        wrong = "Path outside the fleet" if kind == "device" else "File missing"
        assert _told(tmp_path) == [f"g.yaml:1:37 {wrong}", f"g.yaml:1:50 {wrong}"]

    def test_announcement_of_100_mb_is_not_read_to_its_end(self, tmp_path):
        (tmp_path / "groupctl.yaml").write_text(SETTINGS)
        (tmp_path / "g.yaml").write_text("groups: {a: {name: x, announcement: ./f.md}}\n")
        with (tmp_path / "f.md").open("wb") as file:
            file.truncate(100_000_000)

        assert _told(tmp_path) == ["f.md:1:1 File too large"]


class TestPictures:
    @pytest.mark.parametrize(
        ("content", "wrong"),
        [
            (b"\x89PNG\r\n\x1a\n" + b"x" * 20_000_000, "Picture too large"),
            (b"\x89PNG\r\n\x1a\n", "Not a picture"),
            (
                b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff" + b"x" * 20,
                "Picture has too many pixels",
            ),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x00\x00\x00\x00\x00", "Not a picture"),
            (b"\xff\xd8\xff" + b"\xff" * 1_000_000, "Not a picture"),
            (b"\xff\xd8\xff\xe0\x00\x00" * 200_000, "Not a picture"),
            (b"GIF89a", "Not a picture"),
            (b"RIFF\xff\xff\xff\xffWEBP", "Not a picture"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00", "Not a picture"),
            (b"BM" + b"\xff" * 20, "Not a picture"),
            (b"II*\x00" + b"\xff" * 1_000_000, "Not a picture"),
            (b"MM\x00*\x00\x00\x00\x08\xff\xff" + b"\x00" * 1_000_000, "Not a picture"),
            (b"\x00\x00\x00\x00ftypheic" * 10_000, "Not a picture"),
            (b"\x00\x00\x00\x18ftypheic" + b"\x00\x00\x00\x00meta" * 1_000, "Not a picture"),
        ],
        ids=lambda value: value[:14].hex() if isinstance(value, bytes) else "",
    )
    def test_file_that_lies_about_being_a_picture_is_refused(self, tmp_path, content, wrong):
        (tmp_path / "groupctl.yaml").write_text(SETTINGS)
        (tmp_path / "g.yaml").write_text("groups: {a: {name: x, avatar: ./f}}\n")
        (tmp_path / "f").write_bytes(content)

        assert _told(tmp_path) == [f"g.yaml:1:31 {wrong}"]


class TestPaths:
    @pytest.mark.parametrize(
        "path", ["../s.json", "/etc/passwd", "a/../../s.json", "", "link/s.json", "out.json"]
    )
    @pytest.mark.parametrize(
        "setting", ["state: '{}'", "emulator: {{scenario: '{}'}}", "emulator: {{database: '{}'}}"]
    )
    def test_files_of_the_settings_stay_in_the_folder(self, tmp_path, path, setting):
        root = tmp_path / "fleet"
        root.mkdir()
        _fleet(root, setting.format(path) + "\n")
        (root / "link").symlink_to("..")
        (root / "out.json").symlink_to("../s.json")

        [told] = _told(root)

        assert told.endswith(" Path outside the fleet")

    @pytest.mark.parametrize(
        "setting", ["state: {}", "emulator: {{scenario: {}}}", "emulator: {{database: {}}}"]
    )
    @pytest.mark.parametrize("path", ["circle", "x" * 5_000, "C:\\x", "..\\x", '"a\\nb"', "~/x"])
    def test_odd_names_in_the_folder_do_no_harm(self, tmp_path, setting, path):
        _fleet(tmp_path, setting.format(path) + "\n")
        (tmp_path / "circle").symlink_to("circle")

        assert _told(tmp_path) == []

    @pytest.mark.parametrize("glob", ["../**", "/etc/**", "..", "**/../../*.yaml", "a/../../b.yaml", "/**"])
    def test_pattern_that_leads_out_is_refused(self, tmp_path, glob):
        _fleet(tmp_path, f"groups: ['{glob}']\n")

        assert _told(tmp_path) == ["groupctl.yaml:3:10 Path outside the fleet"]

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize(
        "pattern",
        [
            "**/" * 2_000 + "x",
            "**/a/" * 12 + "x",
            "a*" * 60 + "b",
            "*" * 5_000 + "x",
            "[" * 1_000,
            "[!" + "a-z" * 500,
            "/".join("a" * 5_000),
        ],
    )
    def test_pattern_takes_no_longer_with_every_star(self, tmp_path, pattern):
        deep = PurePosixPath(*("a" * 25), "a" * 60 + ".yaml")

        found = find_files(
            tmp_path,
            [Glob(pattern, Source("groupctl.yaml", 1, 1))],
            frozenset(),
            problems := Problems(),
            [deep],
        )

        assert found == ()
        assert [each.summary for each in problems.all] == ["No matching files"]
