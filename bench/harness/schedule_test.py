"""Scheduling, checking and summing up, with contenders that are shell commands and need neither Rapgo nor peers."""
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import markdown, page, results, schedule, suite, summary
from harness.contenders import Contender
from harness.measure import Launcher, Run, check


class FakeLauncher:
    """Rapgo takes half of Mono's time; what it prints is up to the test."""

    def __init__(self, outputs):
        self.outputs, self.calls = outputs, []

    def run(self, words, environment, timeout):
        self.calls.append(words)
        name, size = words[0], int(words[-1])
        wall = {'mono': 400.0, 'rapgo': 200.0}.get(name, 400.0) * size
        made = Run(wall, wall, 10.0, self.outputs.get(name, 'checksum: 1\n'))
        if made.output is None:
            made.failure = 'signal 11'
        return made


def make(outputs, folder, names=('mono', 'dotnet9', 'rapgo')):
    bench = Path(folder)
    (bench / 'expected').mkdir(exist_ok=True)
    for size in (1, 3):
        (bench / 'expected' / f'p.{size}').write_text('checksum: 1\n')
    [program] = suite.parse_table('group p 1 3')
    program.exe = Path('/bin/true')
    found = {name: Contender(name, [name], version=name) for name in names}
    return schedule.Schedule(bench, bench, [program], found, FakeLauncher(outputs), say=lambda line: None)


def measured(todo):
    todo.run(schedule.Budget(3600, 3, 4))
    settings = {'mode': 'full', 'least rounds': 3, 'most rounds': 4, 'budget minutes': 60, 'minutes': 1.0}
    return results.collect(todo, settings, [], results.load())


STEADY = summary.Comparison('steady', 'rapgo', 'mono')


class Rounds(unittest.TestCase):
    def test_ratio_and_rounds(self):
        with tempfile.TemporaryDirectory() as folder:
            document = measured(make({}, folder))
            self.assertEqual(document['programs'][0]['rounds'], 4)
            [one] = summary.compare(document, STEADY)
            self.assertAlmostEqual(one.value, 0.5)
            self.assertEqual(one.ours_ms, 400.0)
            self.assertEqual(summary.failures(document), [])

    def test_wrong_output_of_ours_is_shown_and_counts_against_us(self):
        with tempfile.TemporaryDirectory() as folder:
            document = measured(make({'rapgo': 'checksum: 2\n'}, folder))
            [one] = summary.compare(document, STEADY)
            self.assertTrue(one.penalty)
            self.assertAlmostEqual(summary.mean([one]).value, 10.0)
            self.assertIn('wrong output', summary.failures(document)[0][3])
            for text in (markdown.render(document), page.render(document)):
                self.assertIn('wrong output', text)

    def test_a_peers_failure_leaves_the_program_out(self):
        with tempfile.TemporaryDirectory() as folder:
            document = measured(make({'dotnet9': None}, folder))
            [one] = summary.compare(document, summary.Comparison('cold', 'rapgo', 'dotnet9'))
            self.assertFalse(one.penalty)
            self.assertIsNone(summary.mean([one]).value)
            self.assertAlmostEqual(summary.compare(document, STEADY)[0].value, 0.5)

    def test_contenders_take_turns(self):
        with tempfile.TemporaryDirectory() as folder:
            todo = make({}, folder)
            measured(todo)
            firsts = [words[0] for words in todo.launcher.calls]
            self.assertEqual(firsts[:2], ['mono', 'mono'])  # round 0: Mono first, both sizes
            self.assertEqual(firsts[6:8], ['dotnet9', 'dotnet9'])

    def test_budget(self):
        budget = schedule.Budget(0, 2, 5)
        self.assertTrue(budget.allows(1, 100))
        self.assertFalse(budget.allows(2, 0))
        self.assertFalse(schedule.Budget(1000, 1, 3).allows(3, 0))
        self.assertFalse(schedule.Budget(0, 2, 5, limit=-1).allows(0, 0))  # past the limit nothing is started any more

    def test_merge_replaces_programs_and_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = measured(make({'rapgo': 'checksum: 2\n'}, folder))
            merged = results.merge(wrong, measured(make({}, folder)))
            self.assertEqual(summary.failures(merged), [])
            self.assertEqual(merged['measured again'], ['p'])
            self.assertIn('Measured again', markdown.render(merged))

    def test_page_fetches_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            text = page.render(measured(make({}, folder)))
            for word in ('http', 'src=', '<link', '<script', '@import'):
                self.assertNotIn(word, text)


class Launching(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.launcher = Launcher(Path(cls.folder.name))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_shell(self, script, timeout=20):
        return self.launcher.run(['/bin/sh', '-c', script], {'PATH': '/usr/bin:/bin'}, timeout)

    def test_output_and_status(self):
        run = self.run_shell('echo checksum: 1; test -n "$BENCH_START"')
        self.assertIsNone(check(run, 'checksum: 1\n').failure)
        self.assertIn('wrong output', check(run, 'checksum: 2\n').failure)
        self.assertEqual(self.run_shell('echo why >&2; exit 3').failure, 'exit status 3: why')
        self.assertEqual(self.run_shell('kill -SEGV $$').failure, 'signal 11')

    def test_timeout(self):
        self.assertIn('longer than', self.run_shell('sleep 30', 0.2).failure)

    def test_peak_is_the_commands_own(self):
        self.assertLess(self.run_shell(':').peak, 6)  # MiB; the interpreter of this test has more


if __name__ == '__main__':
    unittest.main()
