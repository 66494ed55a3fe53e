"""Where in the landing protocol a call stands: the points C1 to C10 at which a process may die."""

POINTS = {
    "C1": "in set-up",
    "C2": "in a file of an attempt",
    "C3": "around a manifest",
    "C4": "before the seal",
    "C5": "after the seal",
    "C6": "while assembling",
    "C7": "around the publish",
    "C8": "in a swap",
    "C10": "before FIN and while cleaning up",
}


class Course:
    """Follows the calls of one process, which found no trace of its job.

    parent, name: the dataset is `parent/name`.
    """

    def __init__(self, parent, name):
        self._parent, self._name = f"{parent.rstrip('/')}/", name
        self._sealed = self._published = False

    def point(self, operation):
        """The name of the point that a call belongs to; "C4": the seal itself. None: of none."""
        inside = [path[len(self._parent):] for path in operation.paths if path.startswith(self._parent)]
        if not inside:
            return None
        source, target = inside[0].split("/"), inside[-1].split("/")
        if operation.method == "rename" and target[0] == self._name:
            self._published = True
            return "C7"
        if source[0] == self._name:
            return "C8"  # the old dataset is moved aside
        if target[0] != f".{self._name}.howdah":
            return None
        return self._in_staging(target[1:])

    def _in_staging(self, target):
        if target[:1] in (["log"], ["swaps"]):
            return "C8"
        if self._published:
            return "C10"
        if target[:1] != ["jobs"] or len(target) < 3:
            return "C1"
        if target[2] == "sealed":
            self._sealed = True
            return "C4"
        if target[2] in ("data", "tmp", "done") and self._sealed:
            return "C6"
        return {"data": "C6", "tmp": "C3", "done": "C3", "FIN": "C10", "withdrawn": "C8",
                "aside": "C8"}.get(target[2], "C2")
