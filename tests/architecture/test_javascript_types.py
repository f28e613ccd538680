"""The JavaScript of the pages keeps to its types (`static/js/tsconfig.json`). It is served as it stands: no build."""

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import urllib.request
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS, TEMPLATES, CACHE = ROOT / "static" / "js", ROOT / "templates", ROOT / "var" / "cache"
VERSION = "5.9.3"
ADDRESS = f"https://registry.npmjs.org/typescript/-/typescript-{VERSION}.tgz"
SHA512 = "jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw=="  # npm's `integrity`
NEEDED = re.compile(r"package/lib/(_?tsc\.js|lib\.[\w.]*d\.ts)")  # the compiler, and what it knows of browsers
# Not modules: all of a page share one scope.
CLASSIC = re.compile(r"<script src=\"\{\{ url_for\('static', filename='js/([\w-]+\.js)'")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return TypeScript's compiler, unpacked anew from a file that was fetched once and is what npm says it is."""
    kept = CACHE / PurePosixPath(ADDRESS).name
    if not kept.exists():
        fetch(kept)
    assert is_sound(kept.read_bytes()), f"{kept} is not what npm says it is: delete it"
    home = tmp_path_factory.mktemp("typescript")
    with tarfile.open(kept) as packed:
        for it in packed:
            if it.isfile() and NEEDED.fullmatch(it.name) and (content := packed.extractfile(it)):
                (home / PurePosixPath(it.name).name).write_bytes(content.read())
    return home / "tsc.js"


def fetch(kept: Path) -> None:
    try:
        with urllib.request.urlopen(ADDRESS, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError as error:
        pytest.skip(f"TypeScript cannot be fetched from npm, and none is kept in {CACHE}: {error}")
    assert is_sound(content), f"{ADDRESS} is not what npm says it is"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=kept.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(kept)


def is_sound(content: bytes) -> bool:
    return base64.b64encode(hashlib.sha512(content).digest()).decode() == SHA512


def complaints(compiler: Path, *options: str | Path) -> str:
    """Return what the compiler has to say, run by the Node.js that drives the browsers of the tests."""
    node, _ = compute_driver_executable()
    done = subprocess.run([node, compiler, *options], cwd=SCRIPTS, capture_output=True, text=True, timeout=120)
    assert not done.stderr, done.stderr
    assert bool(done.stdout) == bool(done.returncode), "the compiler did not work"
    return done.stdout


def collisions(compiler: Path, scripts: Iterable[Path]) -> list[str]:
    """Return the names that two scripts of one page both declare: the browser then leaves the second one out."""
    options = ("--allowJs", "--checkJs", "--noEmit", "--target", "es2022", "--lib", "es2023")
    return re.findall(r".*TS(?:2451|2393): .*", complaints(compiler, *options, *scripts))


def scripts_of(template: Path) -> frozenset[str]:
    """Return the scripts of a page that share one scope, those of the templates it includes too."""
    text = template.read_text(encoding="utf-8")
    own = set(CLASSIC.findall(text))
    parts = {TEMPLATES / it for it in re.findall(r"{% (?:include|from) '([\w/]+\.html)'", text)}
    return frozenset(own.union(*(scripts_of(it) for it in parts)))


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.worker.json"])
def test_every_script_keeps_to_its_types(compiler: Path, project: str) -> None:
    found = complaints(compiler, "-p", SCRIPTS / project)
    assert not found, found


def test_no_two_scripts_of_a_page_declare_the_same_name(compiler: Path) -> None:
    pages = {scripts_of(it) for it in TEMPLATES.rglob("*.html")}
    largest = {it for it in pages if len(it) > 1 and not any(it < other for other in pages)}
    assert {"queue.js", "app.js", "offers.js"} in largest
    found = [line for page in largest for line in collisions(compiler, [SCRIPTS / it for it in sorted(page)])]
    assert not found, "\n".join(found)


def test_a_wrong_type_and_a_name_taken_twice_are_seen(compiler: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.js", tmp_path / "two.js"
    one.write_text("/** @type {number} */\nconst said = document.title;\nsaid.toFixed();\n")
    two.write_text("const said = 1;\n")
    project = {"extends": str(SCRIPTS / "tsconfig.json"), "files": ["one.js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project))
    found = complaints(compiler, "-p", tmp_path)
    assert found.count("error") == 1 and "one.js(2,7): error TS2322" in found
    assert len(collisions(compiler, [one, two])) == 2
