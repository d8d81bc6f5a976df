"""Folders of playbooks, and files that cannot be read at all."""

import os
from pathlib import Path

import pytest

from playbooks.errors import InvalidPlaybook
from playbooks.loader import LARGEST, library, load_all, load_folder, load_text
from playbooks.loader_tree import MOST

SHORT = (Path(__file__).parent / "playbook_files" / "good" / "short.yaml").read_text()
KEY = "sk-ant-api03-made-up-for-this-test"


def sentences(folder: Path) -> list[str]:
    with pytest.raises(InvalidPlaybook) as caught:
        load_folder(folder)
    return [str(problem).replace(str(folder), "FOLDER") for problem in caught.value.problems]


def test_only_yaml_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "short.YML").write_bytes(b"\xef\xbb\xbf" + SHORT.replace("\n", "\r\n").encode())
    (tmp_path / "README.md").write_text("not a playbook")
    (tmp_path / "old.yaml").mkdir()

    assert list(load_folder(tmp_path)) == ["short"]


def test_every_problem_of_every_file_at_once(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(SHORT.replace("at: 5", "at: five").replace("version: 1", "version: x"))
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "c.yaml").write_text(SHORT.replace("id: short", "id: other"))

    assert [sentence.split("  ")[0] for sentence in sentences(tmp_path)] == ["a.yaml:1:1", "b.yaml:4:10", "b.yaml:12:9"]


def test_two_files_with_one_id(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SHORT.replace("at: 5", "at: five"))
    (tmp_path / "b.yaml").write_text("# a copy\n" + SHORT)

    found = 'b.yaml:2:5  id: found "short", expected an id that no other file of the folder has; a.yaml has it too'
    assert sentences(tmp_path)[1] == found


def test_no_such_folder(tmp_path: Path) -> None:
    assert sentences(tmp_path / "x") == ["FOLDER: found no such folder, expected a folder of playbooks"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(SHORT)

    assert sentences(tmp_path / "x") == ["FOLDER: found a file, expected a folder of playbooks"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "latin.yaml").write_bytes(SHORT.replace("Act", "Überdenken").encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (LARGEST + 1))
    os.mkfifo(tmp_path / "pipe.yaml")

    assert sentences(tmp_path) == [
        "gone.yaml: found a file that cannot be read (No such file or directory), expected a YAML file in UTF-8",
        "large.yaml: found a larger file, expected at most 262,144 bytes",
        "latin.yaml:11:12  found the byte 0xDC, expected a YAML file in UTF-8",
        "pipe.yaml: found something that is no file, expected a YAML file in UTF-8",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="because root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed.yaml").touch(mode=0)

    assert "Permission denied" in sentences(tmp_path)[0]


def test_a_large_text() -> None:
    with pytest.raises(InvalidPlaybook, match="x: found a larger file"):
        load_text("#" * (LARGEST + 1), "x")


def test_the_list_of_problems_ends_somewhere() -> None:
    with pytest.raises(InvalidPlaybook) as caught:
        load_text(SHORT + "a: b\n" * 500, "x")

    assert len(caught.value.problems) == MOST + 1
    assert str(caught.value.problems[-1]).endswith(
        "found more than these problems, expected at most 200; repair these first"
    )


def test_a_key_in_a_file_name_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.yaml").write_text("- a\n")
    (tmp_path / f"{KEY}-2.yaml").write_text("")

    assert not any(KEY in sentence for sentence in sentences(tmp_path))


def test_a_teams_own_playbook_wins_by_id(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(SHORT.replace("id: short", "id: key-leak"))
    (tmp_path / "short.yaml").write_text(SHORT)

    assert {id_: playbook.title for id_, playbook in load_all(tmp_path).items()} == {
        "key-leak": "A short plan",
        "short": "A short plan",
    }


def test_without_a_folder_the_shipped_ones_serve(tmp_path: Path) -> None:
    assert load_all(None) == load_all(tmp_path) == library()
