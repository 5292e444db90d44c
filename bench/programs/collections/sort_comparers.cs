// Sorting 5,000 elements: ints by default, ints by a lambda, objects by an IComparer and by IComparable, strings ordinally,
// keys with items; SIZE rounds. All orders are total, so that unstable sorts agree.
using System;
using System.Collections.Generic;

sealed class Person : IComparable<Person> {
  public readonly int Age, Number;
  public Person(int age, int number) { Age = age; Number = number; }
  public int CompareTo(Person other) { return Number.CompareTo(other.Number); }
}

sealed class ByAge : IComparer<Person> {
  public int Compare(Person a, Person b) { return a.Age != b.Age ? a.Age.CompareTo(b.Age) : a.Number.CompareTo(b.Number); }
}

static class Program {
  const int N = 5000;

  static ulong Round(uint s) {
    var numbers = new int[N];
    var people = new List<Person>();
    var names = new string[N / 5];
    for (int i = 0; i < N; i++) {
      s = s * 1664525 + 1013904223;
      numbers[i] = (int)(s >> 1);
      people.Add(new Person((int)(s >> 24), (int)(s >> 2)));
      if (i < names.Length) names[i] = "n" + (s >> 8);
    }
    var copy = (int[])numbers.Clone();
    var items = (int[])numbers.Clone();
    ulong sum = 0;
    Array.Sort(numbers);
    Array.Sort(copy, (a, b) => a != b ? b.CompareTo(a) : 0);
    for (int i = 0; i < N; i += 50) sum = sum * 31 + (ulong)numbers[i] * 3 + (ulong)copy[i];
    people.Sort(new ByAge());
    for (int i = 0; i < N; i += 50) sum = sum * 31 + (ulong)people[i].Number;
    people.Sort();
    for (int i = 0; i < N; i += 50) sum = sum * 31 + (ulong)people[i].Age;
    Array.Sort(names, string.CompareOrdinal);
    for (int i = 0; i < names.Length; i += 10) sum = sum * 31 + names[i][names[i].Length - 1];
    var keys = new long[N];
    for (int i = 0; i < N; i++) keys[i] = ((long)items[i] & 0xffff) << 32 | (uint)i;
    Array.Sort(keys, items);
    for (int i = 0; i < N; i += 50) sum = sum * 31 + (ulong)items[i];
    return sum;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + Round((uint)r + 5);
    Console.WriteLine("checksum: " + sum);
  }
}
