// glibc's settings of its allocator, which Swift's own module leaves out.
#pragma once
#if defined(__GLIBC__) || __has_include(<malloc.h>)
#include <malloc.h>
#endif
