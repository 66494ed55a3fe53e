"""What the /jmx pages of daemons say about their readiness."""

import json
import time


def namenodes_served(page):
    """The ports of the NameNodes that have a DataNode's registration, heartbeat and block report.

    page: the DataNode's bean DataNodeInfo, or None.
    """
    if page is None or "BPServiceActorInfo" not in page:
        return set()  # it has only just started
    age = time.time() - page["DNStartedTimeInMillis"] / 1000
    return {actor["NamenodeAddress"].rpartition(":")[2]
            for actor in json.loads(page["BPServiceActorInfo"])
            # Before the first report the field counts from the start of the machine.
            if actor["ActorState"] == "RUNNING" and int(actor["LastBlockReport"]) <= age + 1}
