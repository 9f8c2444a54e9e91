#!/bin/sh
# Corpora in, shipped weights out. Run from the repository root; see training/README.md.
set -eu
export OMP_NUM_THREADS=1 PYTHONPATH=src:.
python=${PYTHON:-.venv/bin/python}
work=training/runs
mkdir -p "$work"
# shares of the work: trees, attribution, entities, incidents, our own acts, PLV, CAMEO, CASE
$python -m training.loop --out "$work/main.pt" --minutes 88 --stop 35 --mix 0.62,0.38 --mix-end 0.62,0.38
cp "$work/main.pt" "$work/stage1.pt"
$python -m training.export "$work/stage1.pt" --folder "$work/stage1"
$python -m training.pairs "$work/stage1"
$python -m training.loop --out "$work/main.pt" --resume --minutes 88 --mix 0.27,0.22,0.06,0.17,0.28 --mix-end 0.27,0.22,0.06,0.17,0.28
cp "$work/main.pt" "$work/stage2.pt"
$python -m training.event_folds "$work/stage2.pt"
$python -m training.loop --out "$work/final.pt" --init "$work/stage2.pt" --minutes 9 --rate 1e-4 --head-rate 5e-4 \
  --mix 0.22,0.18,0.05,0.10,0.15,0.16,0.05,0.09 --mix-end 0.22,0.18,0.05,0.10,0.15,0.16,0.05,0.09
$python -m training.export "$work/final.pt"
$python benchmarks/fit_judge.py
$python benchmarks/fit_confidence.py --folds "$work" --write
$python -m training.folds "$work/stage1.pt"
$python benchmarks/language.py --graphs "$work"
