from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from trucewatch.cli import run

pytestmark = pytest.mark.usefixtures("fake_coder")


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def coded(reports, out, *more):
    return run(["code", str(reports), "--out", str(out), "--quiet", *more])


def test_one_line_a_report_in_input_order(reports, tmp_path):
    out = tmp_path / "coded.jsonl"
    assert coded(reports, out) == 0
    assert [line["id"][-5:] for line in lines(out)] == ["a.txt", "b.txt", "c.txt"]


@pytest.mark.parametrize(("name", "start"), [("x.csv", "report_id,"), ("x.html", "<!doctype html>"), ("x.txt", "Guns fall")])
def test_the_suffix_of_the_output_chooses_the_format(reports, tmp_path, name, start):
    assert coded(reports, tmp_path / name) == 0
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_a_failure_is_told_and_the_others_are_coded(reports, tmp_path, capsys):
    (reports / "b.txt").write_text("This report holds the word BREAK, which our test coder cannot stand at all.")
    out = tmp_path / "coded.jsonl"
    assert coded(reports, out) == 2
    assert [line["status"] for line in lines(out)] == ["coded", "failed", "coded"]
    assert "coder-error: broken" in capsys.readouterr().err


def test_an_input_that_is_not_there_fails_in_one_line(tmp_path, capsys):
    assert run(["code", str(tmp_path / "nothing.html"), "--format", "jsonl"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "failed"
    assert "Traceback" not in captured.err


def test_standard_input(capsys, monkeypatch):
    line = json.dumps({"id": "one", "text": "Rebels shelled the village of Aldun on Monday, the army said."})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((line + "\n").encode()), encoding="utf-8"))
    assert run(["code", "-", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["id"].endswith("one")


def test_an_existing_output_is_left_alone(reports, tmp_path, capsys):
    out = tmp_path / "coded.jsonl"
    out.write_text("mine")
    assert coded(reports, out) == 2
    assert out.read_text() == "mine"
    assert "--overwrite" in capsys.readouterr().err
    assert coded(reports, out, "--overwrite") == 0
    assert len(lines(out)) == 3


@pytest.mark.parametrize("keep", [0, 40, 1])
def test_resume_gives_the_bytes_of_an_unbroken_run(reports, tmp_path, keep):
    out = tmp_path / "coded.jsonl"
    coded(reports, out)
    whole = out.read_bytes()
    first = whole.index(b"\n") + 1
    out.write_bytes(whole[: {0: 0, 40: first + 40, 1: first}[keep]])
    assert coded(reports, out, "--resume") == 0
    assert out.read_bytes() == whole


def test_resume_keeps_the_exit_code_of_earlier_failures(reports, tmp_path):
    (reports / "a.txt").write_text("This report holds the word BREAK, which our test coder cannot stand at all.")
    out = tmp_path / "coded.jsonl"
    assert coded(reports, out) == 2
    assert coded(reports, out, "--resume") == 2
    assert len(lines(out)) == 3


@pytest.mark.parametrize(
    "content", ["not ours\n", '{"id": "other", "status": "coded", "events": []}\n', '{"id": 3, "events": []}\n']
)
def test_resume_refuses_what_another_run_wrote_and_leaves_it(reports, tmp_path, capsys, content):
    out = tmp_path / "coded.jsonl"
    out.write_text(content)
    assert coded(reports, out, "--resume") == 2
    assert "another --out" in capsys.readouterr().err
    assert out.read_text() == content


def test_resume_notices_inputs_that_are_gone(reports, tmp_path, capsys):
    out = tmp_path / "coded.jsonl"
    coded(reports, out)
    (reports / "c.txt").unlink()
    assert coded(reports, out, "--resume") == 2
    assert "1 reports more" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.html"])
def test_an_interrupt_leaves_what_was_coded_whole(reports, tmp_path, capsys, name):
    (reports / "c.txt").write_text("This report holds the word CTRL-C, at which our test coder is interrupted by hand.")
    out = tmp_path / name
    assert coded(reports, out) == 130
    text = out.read_text("utf-8")
    assert text.endswith("\n")
    assert text.count("e-1111111111") >= 2
    assert not list(tmp_path.glob("*.part"))
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("options", [
    ["--format", "xml"], ["--jobs", "0"], ["--jobs", "x"], ["--published", "yesterday"], ["--published", "2031-02-30"], ["--language", "English!"],
    ["--resume"], ["--nonsense"], ["--out", "/nowhere/at/all/x.jsonl"], ["--resume", "--format", "csv", "--out", "x.csv"],
])  # fmt: skip
def test_bad_options_are_told_in_one_clear_line(reports, capsys, options):
    assert run(["code", str(reports), *options]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.strip()
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("date", ["2031-05-06", "2031-05-06T10:00:00Z"])
def test_dates_that_are_taken(reports, tmp_path, date):
    assert coded(reports, tmp_path / "x.jsonl", "--published", date) == 0


def test_no_input_is_told(capsys):
    assert run(["code"]) == 2
    assert "no reports given" in capsys.readouterr().err


def test_progress_is_only_for_terminals(reports, tmp_path, capsys):
    assert run(["code", str(reports), "--out", str(tmp_path / "x.jsonl")]) == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "3 coded" in err
    assert "\x1b" not in err


def test_no_exporter_can_write_to_dev_full(reports, capsys):
    assert coded(reports, "/dev/full", "--format", "jsonl") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_help_opens_no_heavy_module():
    program = (
        "import sys; from trucewatch.cli import run; run(['--help']); run(['code', '--help'])\n"
        "heavy = {'numpy', 'onnxruntime', 'pydantic', 'rich', 'jinja2', 'trafilatura', 'lxml'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Examples" in done.stdout
