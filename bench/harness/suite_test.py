import tempfile
import unittest
from pathlib import Path

from harness import suite

BENCH = Path(__file__).resolve().parent.parent


class Tables(unittest.TestCase):
    def test_columns_and_flags(self):
        nbody, hello = suite.parse_table('# words\nnumeric nbody 10 30 tiny=1 quick\nstart hello - - exe=/bin/hello\n')
        self.assertEqual((nbody.group, nbody.sizes, nbody.flags), ('numeric', {'cold': '10', 'steady': '30'}, {'quick'}))
        self.assertEqual(nbody.options, {'tiny': '1'})
        self.assertEqual(hello.sizes, {'cold': '-'})
        self.assertEqual(nbody.arguments('steady'), ['30'])
        self.assertEqual(hello.arguments('cold'), [])

    def test_refuses_short_lines_and_doubles(self):
        with self.assertRaises(suite.TableError):
            suite.parse_table('numeric nbody 10')
        with self.assertRaises(suite.TableError):
            suite.parse_table('a x 1 2\nb x 1 2')

    def test_the_projects_own_tables(self):
        programs = suite.read_tables(BENCH)
        self.assertTrue(any('quick' in program.flags for program in programs))
        for program in programs:
            with self.subTest(program.name):
                for which in program.sizes:
                    self.assertTrue('exe' in program.options or suite.expected(BENCH, program, which), f'no expected output at {which} size')

    def test_what_does_not_compile_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            root, out = Path(folder), Path(folder) / 'out'
            [program] = suite.parse_table('group gone 1 2')
            suite.build(root, out, [program], 1)
            self.assertIn('does not exist', program.missing['managed'])


if __name__ == '__main__':
    unittest.main()
