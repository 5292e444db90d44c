import importlib.machinery
import importlib.util
import unittest
from pathlib import Path

loader = importlib.machinery.SourceFileLoader('gate', str(Path(__file__).with_name('gate')))
gate = importlib.util.module_from_spec(importlib.util.spec_from_loader('gate', loader))
loader.exec_module(gate)


class Gate(unittest.TestCase):
    def test_verdicts(self):
        old = (1000000, 5000000)
        self.assertFalse(gate.verdict(old, old)[1])
        self.assertFalse(gate.verdict(old, (1001000, 5100000))[1])
        self.assertTrue(gate.verdict(old, (1010000, 5000000))[1])
        self.assertTrue(gate.verdict(old, (1000000, 6000000))[1])
        words, fails = gate.verdict(old, (900000, 5000000))
        self.assertFalse(fails)
        self.assertIn('bless', words)


if __name__ == '__main__':
    unittest.main()
