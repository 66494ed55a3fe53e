"""Holds clients at a call to the NameNodes, and at its repetition."""

import threading


class Gates:
    """Watches the proxies of all NameNodes.

    A gate is armed by `expect(method)`: the next call of that method is held until `open(method)`. With
    `again=True` its first repetition (same client, same call) is held as well, until `open_again`.
    """

    def __init__(self, cluster):
        self._held, self._armed, self._changed = {}, {}, threading.Condition()
        for name in cluster.layout.namenodes:
            cluster.proxies[name].faults.watch(self._see)

    def expect(self, method, again=False):
        with self._changed:
            self._armed[method] = again
            self._held.pop(method, None)
            self._held.pop((method, "again"), None)

    def _see(self, call):
        with self._changed:
            first = self._held.get(call.method)
            if first is None and call.method in self._armed:
                return self._hold(call.method, call)
            if (first is not None and self._armed.get(call.method) and
                    (first[0].client_id, first[0].call_id) == (call.client_id, call.call_id) and
                    (call.method, "again") not in self._held):
                return self._hold((call.method, "again"), call)
        return None

    def _hold(self, key, call):
        opened = threading.Event()
        self._held[key] = (call, opened)
        self._changed.notify_all()
        return 0, opened.wait

    def _wait(self, key):
        with self._changed:
            if not self._changed.wait_for(lambda: key in self._held, 60):
                raise TimeoutError(f"{key}: no such call came")

    def wait(self, method):
        """Until the call is held."""
        self._wait(method)

    def wait_again(self, method):
        """Until its repetition is."""
        self._wait((method, "again"))

    def open(self, method):
        self._held[method][1].set()

    def open_again(self, method):
        self._held[method, "again"][1].set()
