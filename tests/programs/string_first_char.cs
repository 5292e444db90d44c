// A string's first character is written as a field and read as an element, both in one method once everything is inlined.
using System;

class FirstChar {
  static int Sum(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      char c = (char)('a' + i % 26);
      sum = sum * 31 + c.ToString()[0];
      sum += new string(c, 1)[0] + (c.ToString() + "x")[1];
    }
    return sum;
  }

  static void Main() {
    for (int i = 0; i < 5; i++) Console.WriteLine(Sum(3000 + i));
    Console.WriteLine('q'.ToString()[0] == 'q');
  }
}
