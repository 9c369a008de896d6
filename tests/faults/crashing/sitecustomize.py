"""On PYTHONPATH of a test: ends one job of a verb in its middle, as a crash of the interpreter does.

``TEST_CRASH`` is ``{"verb": ..., "seconds": ..., "flag": file}``; the flag is written once, by the job that crashes.
"""

import json
import os
import sys
import threading
import time


def crash(seconds, flag, verb):
    """Wait, then end the process without a word, unless another job has done so before."""
    time.sleep(seconds)
    try:
        descriptor = os.open(flag, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except OSError:
        return
    os.write(descriptor, verb.encode())
    os._exit(70)


words = sys.orig_argv
if "TEST_CRASH" in os.environ and any(os.path.basename(word) == "siamloss" for word in words[:3]):
    order = json.loads(os.environ["TEST_CRASH"])
    if order["verb"] in words:
        threading.Thread(target=crash, args=(order["seconds"], order["flag"], order["verb"]), daemon=True).start()
