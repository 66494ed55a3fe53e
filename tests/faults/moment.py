"""Finds the moment in a write at which a fault is due, by what passes the proxies."""

import threading

from testing.cluster.rpc_frames import Call
from testing.cluster.transfer_frames import PIPELINE_SETUP_CREATE, Packet, Write


class Moment:
    """Calls `strike(pipeline)` once, when the one file that is written comes to `phase`.

    What the writer or a DataNode sends next waits until `strike` returns. block: the number of the block
    in which it happens; offset: from which byte of the block, where the phase leaves that open. pipeline:
    the names of the block's nodes, the first one first. stumble(pipeline): for "during recovery" breaks the
    pipeline; the moment is the recovery.
    """

    def __init__(self, cluster, phase, block, offset, strike, stumble):
        self._cluster, self._phase, self._block, self._offset = cluster, phase, block, offset
        self._strike, self._stumble = strike, stumble
        self._pipelines, self._blocks_asked = {}, 0  # by block: id; how many addBlock so far
        self._lock, self._stumbled, self.struck = threading.Lock(), False, False
        for name in cluster.layout.datanodes:
            cluster.proxies[name].faults.watch(lambda event, name=name: self._transfer(name, event))
        for name in cluster.layout.namenodes:
            cluster.proxies[name].faults.watch(self._call)

    def _pipeline(self):
        """The block of the moment, or None: it has not begun."""
        pipelines = list(self._pipelines.values())
        return pipelines[self._block] if len(pipelines) > self._block else None

    def _once(self):
        with self._lock:
            before, self.struck = self.struck, True
        if not before:
            self._strike(self._pipeline())

    def _fall(self):
        with self._lock:
            before, self._stumbled = self._stumbled, True
        if not before:
            self._stumble(self._pipeline())

    def _transfer(self, name, event):
        write = event if isinstance(event, Write) else event.write
        if not write.client or not write.first or self.struck:
            return None
        if isinstance(event, Write):
            if event.stage == PIPELINE_SETUP_CREATE:
                self._pipelines[event.block] = [name, *map(self._cluster.node_at, event.targets)]
                if self._phase == "set-up" and len(self._pipelines) == self._block + 1:
                    return 0, self._once
            return None
        if list(self._pipelines).index(event.write.block) != self._block:
            return None
        return self._packet_action(event)

    def _packet_action(self, packet: Packet):
        if self._phase == "last packet":
            return (0, self._once) if packet.last else None
        if packet.last or packet.offset < self._offset:
            return None
        if self._phase == "mid-packet":
            return packet.size // 2, self._once
        if self._phase == "mid-block":
            return 0, self._once
        if self._phase == "during recovery" and not self._stumbled:
            return 0, self._fall
        return None

    def _call(self, call: Call):
        if self.struck:
            return None
        if call.method == "addBlock" and call.retry_count <= 0:
            self._blocks_asked += 1
        due = {"block boundary": call.method == "addBlock" and self._blocks_asked == self._block + 2,
               "after the last ack": call.method == "complete",
               "during recovery": call.method == "updateBlockForPipeline" and self._stumbled}
        return (0, self._once) if due.get(self._phase) else None
