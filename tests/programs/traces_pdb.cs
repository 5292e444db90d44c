// source: traces.cs
// symbols: pdb
// env: MONO_ENV_OPTIONS=--debug
// The same with portable symbols beside the program.
