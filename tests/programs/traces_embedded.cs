// source: traces.cs
// symbols: embedded
// The same with portable symbols inside the program: compared with what mono prints for those beside it, as this mono reads no embedded ones.
