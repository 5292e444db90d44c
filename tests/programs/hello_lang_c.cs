// The class library throws and catches an exception on its way to the first line where LANG is C.
// source: hello.cs
// env: LANG=C
// always:
