"""The tables of encoders.py."""

# MB/s of logical bytes by one core, and how many times those of the best peer: what is aimed for.
TARGETS = {
    ("write", "wide", "parquet", "none"): (3700, 1.5),
    ("write", "wide", "parquet", "snappy"): (2300, 1.5),
    ("write", "list", "parquet", "snappy"): (2000, 3.5),
    ("write", "wide", "avro", "none"): (8000, 10),
    ("write", "wide", "avro", "snappy"): (3000, 10),
    ("write", "wide", "avro", "deflate"): (600, 15),
    ("write", "list", "avro", "deflate"): (340, 10),
    ("write", "wide", "avro", "zstandard"): (740, 2),
    ("write", "wide", "csv", "none"): (180, 1.5),
    ("write", "wide", "json", "none"): (180, 1.8),
    ("write", "list", "json", "none"): (180, 1.8),
    ("read", "list", "parquet", "snappy"): (3000, 2),
    ("read", "list", "parquet", "none"): (3000, 2),
    ("read", "list", "tfrecord", "none"): (None, 8),  # of protobuf's objects
}


def peers(figure):
    return {name: found for name, found in figure["figures"].items()
            if name != "howdah" and found}


def compared(figure, what):
    """The peer with the least of `what`, and how many times Howdah's it is."""
    names = peers(figure)
    if not names:
        return None, None
    best = min(names, key=lambda name: names[name][what])
    return best, names[best][what] / figure["figures"]["howdah"][what]


def rate(figure, found, what="cpu_s"):
    return figure["logical_bytes"] / found[what] / 1e6


def line(figure):
    howdah = figure["figures"]["howdah"]
    parts = [f"{figure['verb']:5} {figure['workload']:9} {figure['format']:8} {figure['codec']:9} "
             f"{figure['cores']} core: howdah {rate(figure, howdah):.0f} MB/s"]
    if "alone_s" in howdah:
        parts.append(f"alone {rate(figure, howdah, 'alone_s'):.0f}")
    for name, found in peers(figure).items():
        parts.append(f"{name} {rate(figure, found):.0f} ({found['cpu_s'] / howdah['cpu_s']:.1f})")
    return " | ".join(parts)


def verdict(figure):
    key = (figure["verb"], figure["workload"], figure["format"], figure["codec"])
    if figure["cores"] > 1 or key not in TARGETS:
        return ""
    asked_rate, asked_ratio = TARGETS[key]
    howdah = figure["figures"]["howdah"]
    _, ratio = compared(figure, "cpu_s")
    if figure["format"] == "tfrecord" and figure["figures"].get("protobuf"):
        ratio = figure["figures"]["protobuf"]["cpu_s"] / howdah["cpu_s"]
    met = [f"{asked_ratio} x: "
           f"{'no peer' if not ratio else 'met' if ratio >= asked_ratio else '**missed**'}"]
    if asked_rate:
        had = rate(figure, howdah) >= asked_rate
        met.append(f"{asked_rate}: {'met' if had else '**missed**'}")
    return ", ".join(met)


def table(figures):
    rows = ["| cell | MB/s | best peer | its MB/s | CPU ratio | wall ratio | faults, peer's | MB, peer's "
            "| asked |",
            "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for figure in figures:
        howdah = figure["figures"]["howdah"]
        best, ratio = compared(figure, "cpu_s")
        peer = figure["figures"][best] if best else None
        # Readers' answers are rows: there is no size to compare.
        sizes = [f"{found['bytes'] / 1e6:.1f}" for found in (howdah, peer)
                 if found and "bytes" in howdah]
        faults = [f"{found['faults']:,.0f}" for found in (howdah, peer) if found]
        codec = "" if figure["codec"] == "none" and figure["format"] in ("csv", "json", "tfrecord") \
            else f" {figure['codec']}"
        ratios = (f"{best} | {rate(figure, peer):,.0f} | {ratio:.2f} "
                  f"| {compared(figure, 'wall_s')[1]:.2f}" if peer else "– | | |")
        rows.append(
            f"| {figure['verb']} {figure['workload']}, {figure['format']}{codec} "
            f"| {rate(figure, howdah):,.0f} | {ratios} | {', '.join(faults)} "
            f"| {', '.join(sizes)} | {verdict(figure)} |")
    return "\n".join(rows)


def every_peer(figures):
    names = sorted({name for figure in figures for name in peers(figure)})
    rows = ["| cell | howdah | alone | " + " | ".join(names) + " |",
            "| --- |" + " ---: |" * (len(names) + 2)]
    for figure in figures:
        howdah = figure["figures"]["howdah"]
        cells = [f"{howdah['cpu_s'] * 1e3:,.1f}",
                 f"{howdah['alone_s'] * 1e3:,.1f}" if "alone_s" in howdah else ""]
        for name in names:
            found = figure["figures"].get(name)
            cells.append(f"{found['cpu_s'] * 1e3:,.0f}" if found else "")
        rows.append(f"| {figure['verb']} {figure['workload']}, {figure['format']} {figure['codec']} | "
                    + " | ".join(cells) + " |")
    return "\n".join(rows)


def markdown(report):
    origin = report["provenance"]
    machine = origin["machine"]
    load = report["load_average"][0]
    parts = [f"Commit {origin['commit'][:12]}, {origin['when']}; {machine['cores']} cores of "
             f"{machine['cpu']}, load {load:.1f}; medians of {report['turns']} turns."]
    for cores, title in ((1, "One core"), (2, "Two cores")):
        figures = [figure for figure in report["figures"] if figure["cores"] == cores]
        if figures:
            parts += [f"#### {title}", table(figures)]
        if figures and cores == 1:
            parts += ["CPU milliseconds of each contestant, one core:", every_peer(figures)]
    return "\n\n".join(parts) + "\n"
