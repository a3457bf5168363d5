import json
import re
import tomllib

from portal.launcher import installation, places

LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", flags=re.MULTILINE)
ENDS_NAME = re.compile(r"[\[;<>=~ ]")


def locked(name: str) -> dict[str, str]:
    return {package.lower(): version for package, version in LINE.findall((places.PROJECT / name).read_text())}


def test_the_second_lock_holds_the_first_with_the_same_versions() -> None:
    first, second = locked(installation.RUNTIME), locked(installation.DEVELOPMENT)
    assert {name: second.get(name) for name in first} == first


def test_every_package_asked_for_is_locked() -> None:
    project = tomllib.loads((places.PROJECT / "pyproject.toml").read_text())["project"]
    for lock, wanted in (
        (installation.RUNTIME, project["dependencies"]),
        (installation.DEVELOPMENT, project["optional-dependencies"]["dev"]),
    ):
        names = {ENDS_NAME.split(one)[0].lower().replace(".", "-") for one in wanted}
        assert names - locked(lock).keys() == set()


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    for lock in (installation.RUNTIME, installation.DEVELOPMENT, installation.INSTALLER.relative_to(places.PROJECT)):
        text = (places.PROJECT / lock).read_text()
        assert "://" not in text
        assert "index" not in {line.split()[0].lstrip("-") for line in text.splitlines() if line.startswith("-")}
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in entry, entry


def test_the_front_end_is_locked_without_addresses() -> None:
    lock = json.loads((places.PROJECT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
