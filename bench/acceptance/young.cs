// Small objects that die young: nothing but allocation. Argument: millions of objects.
sealed class Cell {
  public Cell next;
  public int value;
}
static class Young {
  static int Run(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      Cell c = new Cell();
      c.value = i;
      sum += c.value;
    }
    return sum;
  }
  static void Main(string[] args) {
    int millions = int.Parse(args[0]), sum = 0;
    for (int i = 0; i < millions; i++) sum += Run(1000000);
    System.Console.WriteLine(sum);
  }
}
