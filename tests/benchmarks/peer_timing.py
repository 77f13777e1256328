"""What the peers of bench_peers.py tell of a case. Runs in their environments, Python 3.7 and newer."""

import json
import resource
import time


def tell(work, times):
    """Do something once to warm up, then so often: the least CPU seconds and the peak in megabytes, as JSON."""
    seconds = []
    work()
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(json.dumps({"cpu": min(seconds), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
