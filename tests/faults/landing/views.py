"""What readers see of a dataset, by the rules by which they pass over names; and whether they may."""

import itertools
import threading


def hive(name, is_directory):
    """HiddenFileFilter: all that begins with "_" or "."."""
    return name[0] not in "_."


def spark(name, is_directory):
    """HadoopFSUtils.shouldFilterOutPathName: "_x=" is a partition, and half copies are passed over."""
    if name.startswith(("_common_metadata", "_metadata")):
        return True
    return not ((name[0] == "_" and "=" not in name) or name[0] == "." or name.endswith("._COPYING_"))


def impala(name, is_directory):
    """FileSystemUtil: directories by "." alone."""
    return name[0] != "." and (is_directory or name[0] != "_")


RULES = {"hive": hive, "spark": spark, "impala": impala}


class Torn(Exception):
    """What was listed went away before all of it was: look again."""


class Unavailable(Exception):
    """Nobody answers now."""


def walk(names, folder, below=""):
    """All entries below a folder that some reader looks into: {path: is it a directory}; None: it is absent.

    names(path): pairs of a name and whether it is a directory, or None.
    """
    entries = names(folder)
    if entries is None:
        if below:
            raise Torn
        return None
    found = {}
    for name, is_directory in entries:
        found[below + name] = is_directory
        if is_directory and any(rule(name, True) for rule in RULES.values()):
            found.update(walk(names, f"{folder}/{name}", f"{below}{name}/"))
    return found


def visible(entries, rule):
    """The files that a reader with that rule takes: a frozenset of paths; None: there is no dataset."""
    if entries is None:
        return None
    def is_seen(path):
        parts = path.split("/")
        return all(rule(part, True) for part in parts[:-1]) and rule(parts[-1], entries[path])
    return frozenset(path for path, is_directory in entries.items() if not is_directory and is_seen(path))


class Reader(threading.Thread):
    """Looks at a dataset and at its parent, a table perhaps, all the time, and remembers each new sight."""

    def __init__(self, names, parent, name):
        super().__init__(daemon=True)
        self._names, self._parent, self._name = names, parent, name
        self._over = threading.Event()
        self.looks, self.sights, self.beside, self.error = 0, [], set(), None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
        if self.error is not None:
            raise self.error

    def run(self):
        try:
            while not self._over.wait(0.002):
                self._look()
        except Exception as error:  # it belongs to who joins
            self.error = error

    def _look(self):
        try:
            entries = walk(self._names, f"{self._parent}/{self._name}")
            around = self._names(self._parent) or []
        except (Torn, Unavailable):
            return
        self.looks += 1
        sight = {name: visible(entries, rule) for name, rule in RULES.items()}
        if not self.sights or self.sights[-1] != sight:
            self.sights.append(sight)
        for rule in RULES.values():
            self.beside |= {name for name, is_directory in around
                            if rule(name, is_directory) and name != self._name}

    def of(self, rule):
        """What a reader with that rule saw, each change once."""
        return [view for view, _ in itertools.groupby(sight[rule] for sight in self.sights)]


def forbidden(mode, views, states):
    """The views that break the promise of a mode.

    views: each change of what a reader saw; states: what there was before and after each job that landed, in
    that order, each as `visible` says.
    """
    return {"new": _new, "overwrite": _overwrite, "append": _append}[mode](views, states)


def _new(views, states):
    """Nothing, or an empty directory; then everything, for good."""
    complete, bad, is_there = states[-1], [], False
    for view in views:
        is_there = is_there or view == complete
        if view != complete and (is_there or view):
            bad.append(view)
    return bad


def _overwrite(views, states):
    """The states in their order, and for moments nothing between two of them."""
    bad, at = [], 0
    for view in views:
        later = [i for i in range(at, len(states)) if states[i] == view]
        if later:
            at = later[0]
        elif view is not None or at == len(states) - 1:
            bad.append(view)
    return bad


def _append(views, states):
    """Complete batches; none goes, and none comes in parts."""
    def batches(files):
        return {folder: frozenset(group) for folder, group in
                itertools.groupby(sorted(files), lambda path: path.split("/")[0])}

    complete, seen, bad = batches(states[-1]), {}, []
    for view in views:
        found = batches(view or ())
        if not (seen.items() <= found.items() <= complete.items()):
            bad.append(view)
        else:
            seen = found
    return bad
