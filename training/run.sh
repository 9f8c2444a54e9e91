#!/bin/sh
# Corpora in, shipped weights out. Run from the repository root; see training/README.md.
set -eu
export OMP_NUM_THREADS=1 PYTHONPATH=src:.
python=${PYTHON:-.venv/bin/python}
work=training/runs
mkdir -p "$work"
$python -m training.loop --out "$work/main.pt" --minutes 86 --stop 60 --mix 0.64,0.36,0 --mix-end 0.60,0.40,0
cp "$work/main.pt" "$work/stage1.pt"
$python -m training.loop --out "$work/main.pt" --resume --minutes 86 --mix 0.43,0.32,0.25 --mix-end 0.43,0.32,0.25
$python -m training.export "$work/main.pt"
$python -m training.folds "$work/stage1.pt"
$python benchmarks/language.py --graphs "$work"
