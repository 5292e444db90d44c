// C++ has one kind of dispatched call: what is an interface in C# is a base class here.
#include "virtual_mega.cpp"
