#!/usr/bin/env python3
"""The first start: whoever else comes while the private cluster is made waits for it, or makes it alone."""
import json
import subprocess
import sys
import time
import unittest

import client
import daemon


class Start(unittest.TestCase):
    def begin(self):
        debriefd = daemon.Daemon(binary)
        self.addCleanup(debriefd.__exit__, None, None, None)
        return debriefd

    def bootstrapping(self, debriefd):
        return subprocess.Popen([debriefd.binary, "bootstrap", "--config", debriefd.config], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **debriefd._options())

    def finish(self, debriefd, processes):
        """Every key is good, and the daemon serves without having failed once."""
        keys = []
        for process in processes:
            out, err = process.communicate(timeout=180)
            self.assertEqual(process.returncode, 0, err)
            keys.append(json.loads(out)["key"])
        client.wait_until_ready(debriefd.port)
        for key in keys:
            caller = client.Client(debriefd.port, key)
            self.assertEqual(caller.document("GET", "/v1/programmes")["programmes"], [])
            caller.close()
        self.assertNotIn("not_started", debriefd.log())
        self.assertIsNone(debriefd.supervisor.poll())
        self.assertEqual(debriefd.stop(), 0)

    def test_bootstrap_while_run_makes_the_cluster(self):
        debriefd = self.begin()
        debriefd.start_run()
        first = []
        for pause in (0, 0.1, 0.3, 0.5, 1):
            time.sleep(pause)
            first.append(self.bootstrapping(debriefd))
        self.finish(debriefd, first)

    def test_run_while_bootstrap_makes_the_cluster(self):
        debriefd = self.begin()
        first = [self.bootstrapping(debriefd) for _ in range(2)]
        time.sleep(0.5)
        debriefd.start_run()
        self.finish(debriefd, first)


if __name__ == "__main__":
    binary = sys.argv.pop(1)
    unittest.main(verbosity=2)
