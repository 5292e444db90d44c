// LINQ over 2,000 orders: filter, project, order, group, join, aggregate; SIZE rounds.
using System;
using System.Collections.Generic;
using System.Linq;

sealed class Order {
  public int Id, Customer, Amount;
  public string Region;
}

sealed class Customer {
  public int Id;
  public string Name;
}

static class Program {
  static ulong Round(List<Order> orders, Customer[] customers, int round) {
    ulong sum = 0;
    int threshold = 300 + round % 100;
    sum += (ulong)orders.Where(o => o.Amount > threshold).Select(o => o.Amount * 2).Sum();
    sum = sum * 31 + (ulong)orders.Count(o => o.Region == "north");
    foreach (Order o in orders.Where(o => o.Amount % 3 == 0).OrderBy(o => o.Amount).ThenByDescending(o => o.Id).Skip(10).Take(50))
      sum = sum * 31 + (ulong)o.Id;
    foreach (var g in orders.GroupBy(o => o.Region).OrderBy(g => g.Count()).ThenBy(g => g.Key.Length))
      sum = sum * 31 + (ulong)(g.Count() * 1000 + g.Max(o => o.Amount));
    var joined = from o in orders
                 join c in customers on o.Customer equals c.Id
                 where c.Name.Length > 8
                 select new { c.Name, o.Amount };
    sum = sum * 31 + (ulong)joined.Sum(j => j.Amount + j.Name.Length);
    sum = sum * 31 + (ulong)orders.Select(o => o.Customer).Distinct().Count();
    sum = sum * 31 + (ulong)orders.Select((o, i) => o.Amount * (i & 7)).Aggregate(17, (a, b) => a * 31 + b & 0xffffff);
    Dictionary<int, int> largest = orders.GroupBy(o => o.Customer).ToDictionary(g => g.Key, g => g.Max(o => o.Amount));
    sum = sum * 31 + (ulong)largest.Values.Sum();
    sum = sum * 31 + (ulong)Enumerable.Range(0, 1000).Where(i => i % 7 == round % 7).SelectMany(i => new int[] { i, i * i }).Sum();
    return sum + (orders.Any(o => o.Amount == 999) ? 1UL : 0) + (orders.All(o => o.Amount >= 0) ? 2UL : 0);
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    string[] regions = { "north", "east", "southern", "westwards" };
    var orders = new List<Order>();
    uint s = 31;
    for (int i = 0; i < 2000; i++) {
      s = s * 1664525 + 1013904223;
      orders.Add(new Order { Id = i, Customer = (int)(s >> 16) % 100, Amount = (int)(s >> 8) % 1000, Region = regions[(s >> 28) % 4] });
    }
    var customers = new Customer[100];
    for (int i = 0; i < 100; i++) customers[i] = new Customer { Id = i, Name = "customer".Substring(0, 5 + i % 4) + i };
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + Round(orders, customers, r);
    Console.WriteLine("checksum: " + sum);
  }
}
