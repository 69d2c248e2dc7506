/* SPDX-License-Identifier: MIT */
/* What the C product asserts, true as its comments argue, is held to it here. */
#include <stdio.h>
#include <stdlib.h>

#define INVARIANT(condition) \
	((condition) ? (void)0 : (fprintf(stderr, "broken promise: %s\n", #condition), abort()))
