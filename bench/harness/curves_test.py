import unittest

from harness import curves, svg


class Curves(unittest.TestCase):
    def test_work_and_rates(self):
        curve = curves.Curve([0.1 * (i + 1) for i in range(100)])  # ten pieces a second for ten seconds
        self.assertAlmostEqual(curve.done(5.05), 50.5)
        self.assertAlmostEqual(curve.rate(1, 2), 10)
        self.assertAlmostEqual(curve.peak(), 10)
        self.assertIsNone(curve.rate(11, 12))

    def test_time_to_peak(self):
        slow = [0.1 * (i + 1) for i in range(20)]                   # two seconds at 10 a second
        curve = curves.Curve(slow + [2 + 0.01 * (i + 1) for i in range(400)])  # then 100 a second
        self.assertAlmostEqual(curve.time_to(0.9), 2, delta=0.15)

    def test_parse(self):
        checksum, curve = curves.parse('checksum: 7\nmarks: 1000000 2000000\n')
        self.assertEqual((checksum, curve.marks), ('checksum: 7', [1.0, 2.0]))

    def test_plot_is_drawn(self):
        text = svg.curves('x', [('rapgo', 'rapgo', [(0.1, 1.0), (1.0, 2.0)])])
        self.assertIn('<path', text)
        self.assertEqual(svg.curves('x', []), '')


if __name__ == '__main__':
    unittest.main()
