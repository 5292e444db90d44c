import unittest

from harness import figures


class Figures(unittest.TestCase):
    def test_ratio_is_of_medians(self):
        self.assertEqual(figures.ratio([1, 2, 100], [4, 4, 4]), 0.5)
        self.assertIsNone(figures.ratio([-1, -2, 3], [1, 1, 1]))

    def test_interval_holds_the_ratio_and_wants_three_rounds(self):
        ours, theirs = [10, 11, 12, 10, 11], [20, 22, 24, 21, 20]
        value, low, high = figures.ratio_with_interval(ours, theirs)
        self.assertTrue(low <= value <= high)
        self.assertEqual(figures.ratio_with_interval([1, 2], [1, 2])[1:], (None, None))

    def test_what_a_round_has_in_common_cancels_out(self):
        busy = [1, 5, 2, 9, 3]
        _, low, high = figures.ratio_with_interval([2 * b for b in busy], [4 * b for b in busy])
        self.assertAlmostEqual(low, 0.5)
        self.assertAlmostEqual(high, 0.5)

    def test_geometric_mean_and_penalty(self):
        three = ([1.0] * 3, [2.0] * 3)
        self.assertAlmostEqual(figures.mean_with_interval([three])[0], 0.5)
        mean, _, _, counted = figures.mean_with_interval([three], penalties=1)
        self.assertAlmostEqual(mean, (0.5 * figures.PENALTY) ** 0.5)
        self.assertEqual(counted, 2)
        self.assertAlmostEqual(figures.mean_with_interval([], penalties=1)[0], figures.PENALTY)
        self.assertIsNone(figures.mean_with_interval([])[0])

    def test_repeatable(self):
        pair = ([1, 2, 3, 4], [2, 3, 4, 9])
        self.assertEqual(figures.ratio_with_interval(*pair), figures.ratio_with_interval(*pair))


if __name__ == '__main__':
    unittest.main()
