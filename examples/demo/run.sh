#!/usr/bin/env bash
# The demo: a text classifier tells the languages of source files found on this machine.
# `make demo` builds what is needed and fetches the model, then calls this.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
howdah=$root/build/bin/howdah
python=$root/.venv/bin/python
export DEMO_MODEL=$root/.cache/guesslang-2.2.1/model
export DEMO_OUT=$root/demo-out

step() { printf '\n== %s\n' "$*"; }

rm -rf "$DEMO_OUT"
step "Input: source files of this machine"
"$python" "$here/collect.py" "$DEMO_OUT/input"
step "Plan: howdah check demo.toml"
"$howdah" check "$here/demo.toml"
step "Run: howdah run demo.toml (its summary, JSON, goes to $DEMO_OUT/summary.json)"
"$howdah" run "$here/demo.toml" >"$DEMO_OUT/summary.json"
step "Proof: howdah verify --level 2"
"$howdah" verify "$DEMO_OUT/predictions" --level 2
step "What DuckDB reads in $DEMO_OUT/predictions"
"$python" "$here/languages.py" "$DEMO_OUT/predictions"
