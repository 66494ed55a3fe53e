#!/usr/bin/env python3
"""Which languages did the model see? DuckDB reads the landed files and counts.

Usage: languages.py FOLDER
"""

import sys

import duckdb

SHOWN = 20

# `scores` holds one score for each of `classes`; the best one names the language.
QUERY = """
    SELECT classes[list_position(scores, list_max(scores))] AS language, count(*) AS files
    FROM read_parquet(?)
    GROUP BY language
    ORDER BY files DESC, language
"""

if __name__ == "__main__":
    rows = duckdb.execute(QUERY, [f"{sys.argv[1]}/*.parquet"]).fetchall()
    shown, others = rows[:SHOWN], rows[SHOWN:]
    if others:
        shown.append((f"{len(others)} others", sum(files for _, files in others)))
    print(f"{'language':<10} {'files':>6}")
    for language, files in shown:
        print(f"{language:<10} {files:>6}")
