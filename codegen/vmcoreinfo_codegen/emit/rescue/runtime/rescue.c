/* SPDX-License-Identifier: MIT */
#include "vmcoreinfo.h"

#include "system.h"

#include "words.h"

#include "vmcore.h"

#include "kernel.h"

#include "judge.h"

#include "adapt.h"

#include "note_text.h"

#include "options.h"

#include "run.h"

#include "main.h"
