// Cultures: names, numbers, dates, calendars, sorting, regions, casing, normalization; all of them by a checksum.
using System; using System.Collections.Generic; using System.Globalization; using System.Linq; using System.Text; using System.Threading;
class P {
  static void Hash(string what, Func<CultureInfo, string> f) {
    foreach (var set in new[] { CultureTypes.NeutralCultures, CultureTypes.SpecificCultures }) {
      uint h = 2166136261; int n = 0;
      foreach (var c in CultureInfo.GetCultures(set)) { n++; foreach (char ch in f(c)) h = (h ^ ch) * 16777619; }
      Console.WriteLine(what + " " + set + " " + n + " " + h.ToString("x8"));
    }
  }
  static void Main() {
    var date = new DateTime(2024, 2, 29, 17, 5, 9);
    foreach (var name in new[] { "", "en-US", "en-GB", "de-DE", "fr-FR", "ja-JP", "ar-SA", "tr-TR", "he-IL", "th-TH", "zh-CN", "ru-RU", "hi-IN", "de-CH", "pt-BR", "fa-IR", "pl-PL", "sv-SE", "ko-KR" }) {
      var c = new CultureInfo(name);
      Console.WriteLine("== " + c.Name + " " + c.LCID + " " + c.Parent.Name + " " + c.EnglishName + " " + c.NativeName + " " + c.DisplayName + " " + c.TwoLetterISOLanguageName + " " + c.ThreeLetterISOLanguageName + " " + c.ThreeLetterWindowsLanguageName + " " + c.IsNeutralCulture);
      Console.WriteLine(1234567.891.ToString("N", c) + " " + (-1234.5).ToString("C", c) + " " + 0.256.ToString("P", c) + " " + 1e10.ToString(c) + " " + (-7).ToString("D3", c) + " " + 12345678.ToString("N0", c) + " " + double.NaN.ToString(c) + " " + double.NegativeInfinity.ToString(c));
      foreach (char f in "dDfFgGmMtTyYsuU") { string s; try { s = date.ToString(f.ToString(), c); } catch (Exception e) { s = e.GetType().Name; } Console.Write(s + " | "); }
      Console.WriteLine();
      var d = c.DateTimeFormat;
      Console.WriteLine(string.Join(",", d.DayNames) + ";" + string.Join(",", d.AbbreviatedDayNames) + ";" + string.Join(",", d.ShortestDayNames) + ";" + string.Join(",", d.MonthNames) + ";" + string.Join(",", d.AbbreviatedMonthNames) + ";" + string.Join(",", d.MonthGenitiveNames) + ";" + d.FirstDayOfWeek + d.CalendarWeekRule + d.Calendar.GetType().Name + d.DateSeparator + d.TimeSeparator + d.AMDesignator + d.PMDesignator + d.GetEraName(1) + d.NativeCalendarName);
      Console.WriteLine(string.Join("|", d.GetAllDateTimePatterns()));
      Console.WriteLine(c.TextInfo.ANSICodePage + " " + c.TextInfo.OEMCodePage + " " + c.TextInfo.MacCodePage + " " + c.TextInfo.EBCDICCodePage + " " + c.TextInfo.IsRightToLeft + " " + c.TextInfo.ListSeparator + " " + c.TextInfo.ToUpper("iıIİäßéς") + " " + c.TextInfo.ToLower("IİÄÉΣ") + " " + c.TextInfo.ToTitleCase("hello wORLD o'neill"));
      Console.WriteLine(string.Join(" ", c.OptionalCalendars.Select(x => x.GetType().Name)));
      try { Console.WriteLine(double.Parse(1234567.891.ToString("N", c), c) + " " + DateTime.Parse(date.ToString(c), c).Ticks + " " + decimal.Parse((12.5m).ToString("C", c), NumberStyles.Currency, c)); } catch (Exception e) { Console.WriteLine(e.GetType()); }
      var words = new[] { "zebra", "Äpfel", "apple", "Apfel", "ärger", "éclair", "eclair", "coop", "co-op", "Côte", "côté", "cote", "I", "i", "ı", "İ", "ß", "ss", "aa", "å", "ö", "o", "z", "12", "2", "_x", "-y", "か", "カ", "ク" };
      Array.Sort(words, StringComparer.Create(c, false)); Console.WriteLine(string.Join(" ", words));
      Console.WriteLine(string.Compare("file", "FILE", true, c) + " " + string.Compare("encyclopædia", "encyclopaedia", false, c) + " " + c.CompareInfo.IndexOf("straße", "SS", CompareOptions.IgnoreCase) + " " + c.CompareInfo.IsPrefix("éa", "e", CompareOptions.IgnoreNonSpace) + " " + c.CompareInfo.Compare("か", "カ", CompareOptions.IgnoreKanaType) + " " + BitConverter.ToString(c.CompareInfo.GetSortKey("aÄb").KeyData));
      if (name != "") { var r = new RegionInfo(c.LCID); Console.WriteLine(r.Name + " " + r.EnglishName + " " + r.NativeName + " " + r.CurrencySymbol + " " + r.ISOCurrencySymbol + " " + r.CurrencyEnglishName + " " + r.CurrencyNativeName + " " + r.IsMetric + " " + r.ThreeLetterISORegionName + " " + r.GeoId); }
    }
    Hash("names", c => c.Name + c.LCID + c.EnglishName + c.NativeName + c.Parent.Name + c.IsReadOnly);
    Hash("numbers", c => c.IsNeutralCulture ? "" : (-1234567.891).ToString("N3", c) + (-9876.5).ToString("C", c) + (-0.25).ToString("P1", c) + c.NumberFormat.PositiveInfinitySymbol + c.NumberFormat.PerMilleSymbol);
    Hash("dates", c => c.IsNeutralCulture ? "" : string.Join("|", c.DateTimeFormat.GetAllDateTimePatterns()) + string.Join("|", c.DateTimeFormat.MonthNames) + c.DateTimeFormat.FirstDayOfWeek);
    foreach (var bad in new[] { "xx-YY", "english", "en-", "zz" }) try { Console.WriteLine(new CultureInfo(bad).Name); } catch (ArgumentException e) { Console.WriteLine(e.GetType().Name + " " + e.Message.Split('\n')[0]); }
    foreach (var bad in new[] { "QQ", "D", "de-DE", "us" }) try { Console.WriteLine(new RegionInfo(bad).Name); } catch (ArgumentException e) { Console.WriteLine(e.GetType().Name + " " + e.Message.Split('\n')[0]); }
    Console.WriteLine(CultureInfo.CreateSpecificCulture("de").Name + CultureInfo.GetCultureInfo(1036).Name + CultureInfo.GetCultureInfo("DE-at").Name + CultureInfo.GetCultureInfoByIetfLanguageTag("fr-CA").Name);
    foreach (var text in new[] { "é", "e\u0301", "ﬁ", "①", "Å", "한글", "한글", "\u1e9b\u0323", "ｶﾞ", "½" })
      foreach (NormalizationForm f in new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD })
        Console.Write(string.Join(" ", text.Normalize(f).Select(ch => ((int)ch).ToString("x4"))) + (text.IsNormalized(f) ? " y; " : " n; "));
    Console.WriteLine();
    Thread.CurrentThread.CurrentCulture = new CultureInfo("de-DE");
    Console.WriteLine(1.5 + " " + date + " " + string.Format("{0:C} {1:D}", 3.25, date) + " " + $"{1.25:F1}" + " " + FormattableString.Invariant($"{1.25:F2}"));
    Console.WriteLine(Convert.ToDouble("1,5") + " " + decimal.Parse("1.234,5") + " " + "ÄÖ".ToLower() + " " + "äö".ToUpper());
    CultureInfo.DefaultThreadCurrentCulture = new CultureInfo("fr-FR");
    var t = new Thread(() => Console.WriteLine(CultureInfo.CurrentCulture.Name + 1.5)); t.Start(); t.Join();
    var tr = new CultureInfo("tr-TR"); Thread.CurrentThread.CurrentCulture = tr;
    Console.WriteLine("title".ToUpper() + " " + "TITLE".ToLower() + " " + "title".ToUpperInvariant() + " " + "FILE".Equals("file", StringComparison.CurrentCultureIgnoreCase) + " " + "FILE".Equals("file", StringComparison.OrdinalIgnoreCase));
    Console.WriteLine(new JapaneseCalendar().GetYear(date) + " " + new HebrewCalendar().GetMonth(date) + " " + new HijriCalendar().GetYear(date) + " " + new UmAlQuraCalendar().GetDayOfMonth(date) + " " + new PersianCalendar().GetMonth(date) + " " + new ThaiBuddhistCalendar().GetYear(date) + " " + ISOWeek(date));
    Console.WriteLine(new IdnMapping().GetAscii("bücher.example") + " " + new StringInfo("e\u0301a\U0001F600").LengthInTextElements + " " + CharUnicodeInfo.GetUnicodeCategory('ß') + CharUnicodeInfo.GetNumericValue('½'));
  }
  static int ISOWeek(DateTime d) { return CultureInfo.InvariantCulture.Calendar.GetWeekOfYear(d, CalendarWeekRule.FirstFourDayWeek, DayOfWeek.Monday); }
}
