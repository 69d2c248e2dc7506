/* SPDX-License-Identifier: MIT */
/* A caller of the C product, in C++; it includes the header twice. */
#include "vmcoreinfo.h"
#include "vmcoreinfo.h"
#include <cstdio>

static void report(void *context, const vmcoreinfo_diagnostic *diagnostic)
{
	std::printf("%s %s\n", static_cast<const char *>(context),
		    vmcoreinfo_diagnostic_name(diagnostic->id));
}

static bool read_nothing(void *, uint64_t, void *, size_t)
{
	return false;
}

int main()
{
	static const char text[] = "PAGESIZE=16384\nNOPE=1\n";
	static vmcoreinfo info;
	vmcoreinfo_dump dump = { VMCOREINFO_ARCH_ARM64, false, read_nothing, nullptr };
	vmcoreinfo_derived derived;
	char word[] = "said";

	if (vmcoreinfo_parse(&info, text, sizeof(text) - 1, report, word) != 0)
		return 1;
	if (vmcoreinfo_derive_page_shift(&info, &dump, &derived) != VMCOREINFO_OK)
		return 2;
	std::printf("%d %s\n", static_cast<int>(derived.value), derived.recipe);
	return 0;
}
