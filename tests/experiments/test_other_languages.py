"""`docs/assignment.md` is true: its vectors hold here, and its code gives them in other languages."""

import json
import re
import subprocess
from pathlib import Path

from support import need

from ltv.experiments.hashing import bucket, fmix64, fnv1a64

PAGE = (Path(__file__).parents[2] / "docs" / "assignment.md").read_text(encoding="utf-8")
ROW = re.compile(r'^\| `"(.*)"` \| `"(.*)"`( 1,000 times)? \| `(\w{16})` \| `(\w{16})` \| (\d+) \|$', re.MULTILINE)
VECTORS = [(s, i * 1000 if times else i, fnv, mixed, int(b)) for s, i, times, fnv, mixed, b in ROW.findall(PAGE)]
# Texts of one to four bytes a letter, of every length modulo eight and beyond what one buffer holds.
TEXTS = [(salt, letter * n) for salt in ("", "s", "盐") for letter in "aé中😀" for n in (*range(9), 5000)]
CASES = [*((salt, text) for salt, text, *_ in VECTORS), *TEXTS]
EXPECTED = [bucket(salt, text) for salt, text in CASES]


def code(language):
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return block


def printed(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def test_the_vectors_of_the_page_hold():
    assert len(VECTORS) >= 12
    for salt, text, fnv, mixed, place in VECTORS:
        h = fnv1a64(f"{salt}:{text}".encode())
        assert (f"{h:016x}", f"{fmix64(h):016x}", bucket(salt, text)) == (fnv, mixed, place)


def test_javascript_gives_the_same_buckets(tmp_path):
    node = need("node", "nodejs")
    calls = f"for (const [salt, id] of {json.dumps(CASES)}) console.log(bucket(salt, id));\n"
    (tmp_path / "assignment.js").write_text(code("js") + calls, encoding="utf-8")
    assert printed([node, "assignment.js"], tmp_path) == EXPECTED


def test_java_gives_the_same_buckets(tmp_path):
    java = need("java", "default-jre-headless")
    calls = "".join(
        f"System.out.println(Assignment.bucket({json.dumps(salt)}, {json.dumps(text)}));\n" for salt, text in CASES
    )
    imports, _, body = code("java").partition("\n")
    main = f"class Main {{ public static void main(String[] none) {{\n{calls}}} }}\n"
    (tmp_path / "Main.java").write_text(f"{imports}\n{main}{body}", encoding="utf-8")
    assert printed([java, "Main.java"], tmp_path) == EXPECTED
