#!/usr/bin/env bash
# The demo: a text classifier tells the languages of source files found on this machine, and its
# predictions land in a real HDFS, which is started for them and ended after them.
# `make demo` builds what is needed and fetches the model, then calls this. LOCAL=1 does without
# HDFS: the predictions land in a folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
howdah=$root/build/bin/howdah
python=$root/.venv/bin/python
export DEMO_MODEL=$root/.cache/guesslang-2.2.1/model
export DEMO_OUT=$root/demo-out

step() { printf '\n== %s\n' "$*"; }

cluster() { (cd "$root" && "$python" -m testing.cluster "$@" --dir "$DEMO_OUT/cluster"); }

rm -rf "$DEMO_OUT"
step "Input: source files of this machine"
"$python" "$here/collect.py" "$DEMO_OUT/input"
if [[ -n ${LOCAL:-} ]]; then
  export DEMO_PREDICTIONS=$DEMO_OUT/predictions
else
  step "A real HDFS: a NameNode and a DataNode of Hadoop 3.5.0"
  trap 'cluster stop' EXIT
  cluster start --datanodes 1 --conf dfs.replication=1 | tee "$DEMO_OUT/cluster.txt"
  export HADOOP_CONF_DIR=$DEMO_OUT/cluster/conf
  DEMO_PREDICTIONS=$(awk '$1 == "url" {print $2}' "$DEMO_OUT/cluster.txt")predictions
  export DEMO_PREDICTIONS
fi
step "Plan: howdah check demo.toml"
"$howdah" check "$here/demo.toml"
step "Run: howdah run demo.toml (its summary, JSON, goes to $DEMO_OUT/summary.json)"
"$howdah" run "$here/demo.toml" >"$DEMO_OUT/summary.json"
step "Proof: howdah verify --level 2 $DEMO_PREDICTIONS"
"$howdah" verify "$DEMO_PREDICTIONS" --level 2
if [[ -z ${LOCAL:-} ]]; then
  step "What is there: howdah fs ls $DEMO_PREDICTIONS"
  "$howdah" fs ls "$DEMO_PREDICTIONS"
  step "Back again: howdah fs get $DEMO_PREDICTIONS $DEMO_OUT/predictions"
  "$howdah" fs get "$DEMO_PREDICTIONS" "$DEMO_OUT/predictions"
fi
step "What DuckDB reads in $DEMO_OUT/predictions"
"$python" "$here/languages.py" "$DEMO_OUT/predictions"
