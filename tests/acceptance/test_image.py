"""The container: read by a linter and a schema, its commands run by hand, and built for real where an engine is."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.acceptance.dockerfile import admitted, all_of, health_command, stages
from tests.acceptance.installing import UV, clean_environment, run
from tests.acceptance.processes import ROOT, Bot, Installation, workspace

TOOLS = Path(sys.executable).parent
COMPOSE = ("compose.yaml", "compose.postgres.yaml")
HARDENED = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
BASE = "python:3.11-slim"
PATIENCE_S = 60


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    assert run(TOOLS / "hadolint", "--failure-threshold", "style", "Dockerfile", cwd=ROOT) == ""


@pytest.mark.parametrize("name", COMPOSE)
def test_the_compose_file_is_one(name: str) -> None:
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", name, cwd=ROOT)


def test_what_runs_holds_the_environment_and_no_tools() -> None:
    build, last = stages()

    assert all_of(last, "COPY") == ["--from=build /opt/quarterdeck /opt/quarterdeck"]
    assert not [c for c in all_of(last, "RUN") if {"apt-get", "apt", "pip", "uv", "curl"} & set(shlex.split(c))]
    assert all_of(build, "FROM") == [f"{BASE} AS build"]
    assert all_of(last, "FROM") == [BASE]


def test_it_runs_as_nobody_special_and_says_how_it_is() -> None:
    _, last = stages()

    assert all_of(last, "USER") == ["10001:10001"]
    assert all_of(last, "STOPSIGNAL") == ["SIGTERM"]
    assert all_of(last, "VOLUME") == ["/data"]
    assert [json.loads(*all_of(last, word)) for word in ("ENTRYPOINT", "CMD")] == [["quarterdeck"], ["run"]]
    assert "/healthz" in health_command()[-1]


def test_the_build_sees_what_the_wheel_is_made_of_and_nothing_else() -> None:
    copied = [part for copy in all_of(stages()[0], "COPY") for part in copy.split()[:-1]]

    assert admitted() == set(copied)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_the_image_is_built_with_the_uv_that_wrote_the_lock() -> None:
    (version,) = [line.split()[2] for line in (ROOT / "Makefile").read_text().splitlines() if "UV_VERSION :=" in line]

    assert f"uv=={version}" in all_of(stages()[0], "RUN")[0]


def services(name: str) -> dict[str, dict[str, Any]]:
    return dict(YAML(typ="safe").load((ROOT / name).read_text())["services"])


@pytest.mark.parametrize(("name", "service"), [("compose.yaml", "quarterdeck"), ("compose.postgres.yaml", "postgres")])
def test_every_service_is_locked_down(name: str, service: str) -> None:
    found = services(name)[service]

    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["restart"] == "unless-stopped"
    assert [port for port in found.get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_postgres_is_refused_without_a_secret() -> None:
    environment = services("compose.postgres.yaml")["quarterdeck"]["environment"]

    assert environment["QUARTERDECK_SECRET"].startswith("${QUARTERDECK_SECRET:?")
    assert "${POSTGRES_PASSWORD:?" in environment["QUARTERDECK_DATABASE_URL"]


def build_by_hand(folder: Path) -> Installation:
    """Runs the commands of the first stage below `folder`; what is different: the place, and uv is there already."""
    source, place = folder / "src", folder / "place"
    source.mkdir()
    place.mkdir()
    for name in admitted():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    for command in all_of(stages()[0], "RUN")[1:]:
        there = command.replace("/opt/", f"{folder}/opt/").replace("uv ", f"{UV} ")
        run("/bin/sh", "-ec", there, cwd=source, UV_PYTHON=sys.executable)
    programs = folder / "opt" / "quarterdeck" / "bin"
    return Installation(str(programs / "python"), (str(programs / "quarterdeck"),), place, ROOT / "slack-manifest.yaml")


def healthy(built: Installation, address: str) -> bool:
    """As the engine asks."""
    program, *rest = health_command()
    assert program == "python"
    environment = {**clean_environment(), "QUARTERDECK_HTTP_PORT": address.rpartition(":")[2]}
    asked = subprocess.run([built.python, *rest], env=environment, capture_output=True)
    return asked.returncode == 0


async def test_the_commands_of_the_image_work_without_an_engine(tmp_path: Path) -> None:
    built = build_by_hand(tmp_path)
    async with workspace(tmp_path, built) as slack:
        bot = await Bot.start(slack.environment(), of=built)
        while_it_runs = healthy(built, bot.http)
        assert await bot.stop() == 0

    assert while_it_runs
    assert not healthy(built, bot.http)


def engine() -> str:
    """The name of a container engine that answers, and can have the base image. Skips, saying why, when none is."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            pulled = subprocess.run([name, "pull", BASE], capture_output=True, text=True)
            there = subprocess.run([name, "image", "inspect", BASE], capture_output=True)
            if there.returncode == 0:
                return name
            pytest.skip(f"The image was not built: {name} is here but cannot fetch {BASE} ({pulled.stderr.strip()}).")
    pytest.skip("The image was not built: no container engine answers here (neither docker nor podman).")


@pytest.fixture
def container() -> Iterator[tuple[str, str]]:
    """Engine and id of a container that practises."""
    name = engine()
    run(name, "build", "--tag", "quarterdeck:test", ".", cwd=ROOT)
    started = run(name, "run", "--detach", *HARDENED, "quarterdeck:test", cwd=ROOT).strip()
    try:
        yield name, started
    finally:
        run(name, "rm", "--force", started, cwd=ROOT)


def test_the_image_runs_read_only_and_is_healthy(container: tuple[str, str]) -> None:
    name, started = container
    assert "Start Quarterdeck" in run(name, "run", "--rm", *HARDENED, "quarterdeck:test", "--help", cwd=ROOT)

    asking = ["exec", started, *health_command()]
    retried = f"for i in $(seq {PATIENCE_S}); do {shlex.join([name, *asking])} && exit 0; sleep 1; done; exit 1"
    run("/bin/sh", "-c", retried, cwd=ROOT)
    run(name, "stop", "-t", "15", started, cwd=ROOT)
    ended = run(name, "inspect", "--format", "{{.State.ExitCode}}", started, cwd=ROOT)

    assert ended.strip() == "0"
