/* SPDX-License-Identifier: MIT */
#include "vmcoreinfo.h"

#if __STDC_HOSTED__
#include <string.h>
#endif

#include "tables.h"

#include "bytes.h"

#include "perfect_hash.h"

#include "report.h"

#include "fast_path.h"

#include "text.h"

#include "note.h"

#include "values.h"

#if VMCOREINFO_HAS_METADATA || VMCOREINFO_HAS_DERIVATIONS
#include "release.h"
#endif

#if VMCOREINFO_HAS_METADATA
#include "metadata.h"
#endif

#if VMCOREINFO_HAS_DERIVATIONS
#include "derive.h"

#include "recipes.h"
#endif
