// What starting any program costs here, as C++ is built by default: with the standard library beside it.
#include <iostream>

int main() { std::cout.flush(); }
