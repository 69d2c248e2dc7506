/* SPDX-License-Identifier: MIT */
/* What the C product asserts: Eva tells an alarm unless it knows it, and goes on where it holds. */

/*@ requires holds: \false; assigns \nothing; ensures \false; */
void assertion_fails(void);

#define INVARIANT(condition) do { if (!(condition)) assertion_fails(); } while (0)
