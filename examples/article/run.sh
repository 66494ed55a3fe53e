#!/usr/bin/env bash
# The article's three outputs and JSON, one command each (README.md). Needs `make build` and
# `tools/setup test`; LOCAL=1 lands in a folder instead of HDFS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
howdah=${HOWDAH_BIN:-$root/build/bin/howdah}
python=$root/.venv/bin/python
export ARTICLE_OUT=${ARTICLE_OUT:-$root/demo-out/article}

step() { printf '\n== %s\n' "$*"; }

cluster() { (cd "$root" && "$python" -m testing.cluster "$@" --dir "$ARTICLE_OUT/cluster"); }

rm -rf "$ARTICLE_OUT"
step "A model with two outputs, and input for it"
TF_CPP_MIN_LOG_LEVEL=3 "$python" "$here/make_model.py" "$ARTICLE_OUT"
if [[ -n ${LOCAL:-} ]]; then
  to=$ARTICLE_OUT/
else
  step "A real HDFS: a NameNode and a DataNode"
  trap 'cluster stop' EXIT
  cluster start --datanodes 1 --conf dfs.replication=1 | tee "$ARTICLE_OUT/cluster.txt"
  export HADOOP_CONF_DIR=$ARTICLE_OUT/cluster/conf
  to=$(awk '$1 == "url" {print $2}' "$ARTICLE_OUT/cluster.txt")
fi
for format in parquet avro csv json; do
  flags=(--format "$format" --output "${to}predictions.$format")
  [[ $format == avro ]] && flags+=(--schema "$here/prediction.avsc")
  step "howdah run predictions.toml ${flags[*]}"
  "$howdah" run "$here/predictions.toml" "${flags[@]}" >"$ARTICLE_OUT/$format-summary.json"
  "$howdah" verify "${to}predictions.$format" --level 2
  [[ -n ${LOCAL:-} ]] || "$howdah" fs get "${to}predictions.$format" "$ARTICLE_OUT/predictions.$format"
done
step "What pyarrow, fastavro, pandas and Python's json read, beside model.predict"
"$python" "$here/compare.py" "$ARTICLE_OUT"
