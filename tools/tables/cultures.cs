// Writes src/run/classlib/cultures.tsv.
using System; using System.Collections.Generic; using System.Globalization; using System.IO; using System.Linq; using System.Reflection; using System.Runtime.Serialization; using System.Text;
static class Dump {
  const BindingFlags All = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static;
  static object F(object o, string name) { return o.GetType().GetField(name, All).GetValue(o); }
  static string T(object o) {
    if (o == null) return "~";
    var list = o as string[];
    if (list != null) return list.Length == 0 ? "[]" : string.Join("|", list.Select(T));
    if (o is bool) return (bool)o ? "1" : "0";
    var s = Convert.ToString(o, CultureInfo.InvariantCulture);
    if (s.IndexOfAny(new[] { '\t', '\n', '|', '~' }) >= 0) throw new Exception("awkward: " + s);
    return s;
  }
  static unsafe string Data(CultureInfo c) {
    var d = typeof(CultureInfo).GetMethod("GetTextInfoData", All).Invoke(c, null);
    return string.Join("\t", new[] { "ansi", "ebcdic", "mac", "oem", "right_to_left" }.Select(f => T(F(d, f)))) + "\t" + (char)(byte)F(d, "list_sep");
  }
  static unsafe string Utf8(object p, int at) {
    var b = (byte*)Pointer.Unbox(p) + at;
    int n = 0; while (b[n] != 0) n++;
    return Encoding.UTF8.GetString(b, n);
  }
  static void Main(string[] args) {
    var o = new StringBuilder();
    var dates = new SortedDictionary<int, string>(); var numbers = new SortedDictionary<int, string>();
    var calType = typeof(object).Assembly.GetType("System.Globalization.CalendarData");
    var fill = calType.GetMethod("fill_calendar_data", All);
    var dataType = typeof(object).Assembly.GetType("System.Globalization.CultureData");
    var entryType = dataType.GetNestedType("NumberFormatEntryManaged", All);
    var fillNumber = dataType.GetMethod("fill_number_data", All); var text = dataType.GetMethod("idx2string", All);
    var lines = new List<string>();
    int order = 0;
    var territories = new SortedSet<string>(StringComparer.Ordinal);
    foreach (var listed in CultureInfo.GetCultures(CultureTypes.AllCultures)) {
      order++;
      if (listed.Name == "") continue;
      var c = new CultureInfo(listed.Name);
      if (F(c, "territory") != null) territories.Add((string)F(c, "territory"));
      lines.Add("C\t" + c.Name.ToLowerInvariant() + "\t" + c.Name + "\t" + order + "\t" + string.Join("\t", new[] { "cultureID", "parent_lcid", "datetime_index", "number_index", "default_calendar_type", "englishname", "nativename", "iso3lang", "iso2lang", "win3lang", "territory", "native_calendar_names" }.Select(f => T(F(c, f)))) + "\t" + Data(c));
      int d = (int)F(c, "datetime_index"), n = (int)F(c, "number_index");
      var cd = F(c, "m_cultureData");
      var cal = FormatterServices.GetUninitializedObject(calType);
      fill.Invoke(cal, new object[] { c.Name.ToLowerInvariant(), 1 });
      var line = string.Join("\t", new[] { "sAM1159", "sPM2359", "sTimeSeparator", "saLongTimes", "saShortTimes", "iFirstDayOfWeek", "iFirstWeekOfYear" }.Select(f => T(F(cd, f)))) + "\t" +
        string.Join("\t", new[] { "saShortDates", "saYearMonths", "saLongDates", "sMonthDay", "saDayNames", "saAbbrevDayNames", "saSuperShortDayNames", "saMonthNames", "saAbbrevMonthNames", "saMonthGenitiveNames", "saAbbrevMonthGenitiveNames" }.Select(f => T(F(cal, f))));
      foreach (var f in new[] { "saEraNames", "saAbbrevEraNames", "saAbbrevEnglishEraNames", "saLeapYearMonthNames" }) if (F(cal, f) != null) throw new Exception(f);
      if (dates.ContainsKey(d) && dates[d] != line) throw new Exception("dates differ for " + c.Name);
      dates[d] = line;
      var cals = (string[])F(c, "native_calendar_names");
      for (int k = 1; k <= 23; k++) {
        cal = FormatterServices.GetUninitializedObject(calType);
        bool ok = false; string nn = null;
        try { ok = k <= 14 && (bool)fill.Invoke(cal, new object[] { c.Name.ToLowerInvariant(), k }); nn = (string)F(cal, "sNativeName"); } catch (Exception) { }
        if (k <= 14 && (!ok || nn != c.NativeName)) Console.Error.WriteLine(c.Name + " " + k + " " + ok + " " + nn);
      }
      var a = new object[] { n, Activator.CreateInstance(entryType) };
      var p = fillNumber.Invoke(null, a);
      line = string.Join("\t", entryType.GetFields(All).Select(f => {
        int v = (int)f.GetValue(a[1]);
        bool number = f.Name.Contains("digits") || f.Name.Contains("pattern") || f.Name.Contains("sizes");
        return number ? v.ToString() : T(Utf8(p, v)); }));
      if (order == 2) Console.Error.WriteLine(string.Join(" ", entryType.GetFields(All).Select(f => f.Name)));
      numbers[n] = line;
    }
    lines.Sort(string.CompareOrdinal);
    foreach (var l in lines) o.Append(l).Append('\n');
    foreach (var d in dates) o.Append("D\t" + d.Key + "\t" + d.Value + "\n");
    foreach (var d in numbers) o.Append("N\t" + d.Key + "\t" + d.Value + "\n");
    foreach (var t in Regions()) o.Append(t + "\n");
    File.WriteAllText(args[0], o.ToString());
  }
  static IEnumerable<string> Regions() {
    for (char a = 'A'; a <= 'Z'; a++) for (char b = 'A'; b <= 'Z'; b++) {
      RegionInfo r = null;
      try { r = new RegionInfo("" + a + b); } catch (ArgumentException) { continue; }
      yield return "R\t" + a + b + "\t" + string.Join("\t", new[] { "regionId", "iso2Name", "iso3Name", "win3Name", "englishName", "nativeName", "currencySymbol", "isoCurrencySymbol", "currencyEnglishName", "currencyNativeName" }.Select(f => T(F(r, f))));
    }
  }
}
