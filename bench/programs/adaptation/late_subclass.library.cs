// What late_subclass loads late.
public class OtherStep : Step {
  uint calls;
  public override uint Apply(uint v) { calls++; return (v ^ calls) * 3; }
}
