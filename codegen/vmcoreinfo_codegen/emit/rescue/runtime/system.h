/* SPDX-License-Identifier: MIT */
/*
 * System calls without a C library: with one, a static program is ten times as large. Numbers are
 * those of the kernel's arch/.../unistd.h and syscall.tbl.
 */

#if defined(__x86_64__)
#define OWN_ARCH VMCOREINFO_ARCH_X86_64
enum {
	SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_dup3 = 292, SYS_pipe2 = 293,
	SYS_clone = 56, SYS_execve = 59, SYS_exit_group = 231, SYS_wait4 = 61, SYS_kill = 62,
	SYS_ptrace = 101, SYS_prctl = 157, SYS_openat = 257, SYS_unlinkat = 263,
	SYS_faccessat = 269, SYS_ftruncate = 77, SYS_memfd_create = 319,
	SYS_rt_sigprocmask = 14, SYS_rt_sigtimedwait = 128, SYS_ppoll = 271,
};
#elif defined(__s390x__)
#define OWN_ARCH VMCOREINFO_ARCH_S390X
enum {
	SYS_read = 3, SYS_write = 4, SYS_close = 6, SYS_lseek = 19, SYS_dup3 = 326, SYS_pipe2 = 325,
	SYS_clone = 120, SYS_execve = 11, SYS_exit_group = 248, SYS_wait4 = 114, SYS_kill = 37,
	SYS_ptrace = 26, SYS_prctl = 172, SYS_openat = 288, SYS_unlinkat = 294,
	SYS_faccessat = 300, SYS_ftruncate = 93, SYS_memfd_create = 350,
	SYS_rt_sigprocmask = 175, SYS_rt_sigtimedwait = 177, SYS_ppoll = 302,
};
#elif defined(__powerpc64__) && defined(_CALL_ELF) && _CALL_ELF == 2
#define OWN_ARCH VMCOREINFO_ARCH_PPC64
enum {
	SYS_read = 3, SYS_write = 4, SYS_close = 6, SYS_lseek = 19, SYS_dup3 = 316, SYS_pipe2 = 317,
	SYS_clone = 120, SYS_execve = 11, SYS_exit_group = 234, SYS_wait4 = 114, SYS_kill = 37,
	SYS_ptrace = 26, SYS_prctl = 171, SYS_openat = 286, SYS_unlinkat = 292,
	SYS_faccessat = 298, SYS_ftruncate = 93, SYS_memfd_create = 360,
	SYS_rt_sigprocmask = 174, SYS_rt_sigtimedwait = 176, SYS_ppoll = 281,
};
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
#if defined(__aarch64__)
#define OWN_ARCH VMCOREINFO_ARCH_ARM64
#else
#define OWN_ARCH VMCOREINFO_ARCH_RISCV64
#endif
enum {
	SYS_read = 63, SYS_write = 64, SYS_close = 57, SYS_lseek = 62, SYS_dup3 = 24, SYS_pipe2 = 59,
	SYS_clone = 220, SYS_execve = 221, SYS_exit_group = 94, SYS_wait4 = 260, SYS_kill = 129,
	SYS_ptrace = 117, SYS_prctl = 167, SYS_openat = 56, SYS_unlinkat = 35,
	SYS_faccessat = 48, SYS_ftruncate = 46, SYS_memfd_create = 279,
	SYS_rt_sigprocmask = 135, SYS_rt_sigtimedwait = 137, SYS_ppoll = 73,
};
#else
#error "unsupported architecture: only x86_64, arm64, ppc64le, riscv64 and s390x are supported"
#endif

/* The result of a system call: errors are -4095 to -1. */
static long system_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall" : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0" : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#elif defined(__riscv)
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall" : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
	return a0;
#elif defined(__s390x__)
	register long r1 __asm__("1") = number;
	register long r2 __asm__("2") = a;
	register long r3 __asm__("3") = b;
	register long r4 __asm__("4") = c;
	register long r5 __asm__("5") = d;
	register long r6 __asm__("6") = e;
	register long r7 __asm__("7") = f;

	__asm__ volatile("svc 0" : "+d"(r2)
			 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7) : "cc", "memory");
	return r2;
#else
	register long r0 __asm__("r0") = number;
	register long r3 __asm__("r3") = a;
	register long r4 __asm__("r4") = b;
	register long r5 __asm__("r5") = c;
	register long r6 __asm__("r6") = d;
	register long r7 __asm__("r7") = e;
	register long r8 __asm__("r8") = f;

	/* An error is shown by a bit of cr0, and its number is positive. */
	__asm__ volatile("sc\n\tbns+ 1f\n\tneg 3, 3\n1:"
			 : "+r"(r3), "+r"(r0), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
			 : : "r9", "r10", "r11", "r12", "cr0", "ctr", "memory");
	return r3;
#endif
}

/* The first instructions: the stack as the kernel left it goes to start(). */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, xzr\n\tmov x0, sp\n\tand sp, x0, -16\n\tbl start\n");
#elif defined(__riscv)
__asm__(".globl _start\n_start:\n\t.option push\n\t.option norelax\n\tla gp, __global_pointer$\n\t"
	".option pop\n\tmv a0, sp\n\tandi sp, sp, -16\n\tcall start\n");
#elif defined(__s390x__)
__asm__(".globl _start\n_start:\n\tlgr %r2, %r15\n\taghi %r15, -160\n\tbrasl %r14, start\n");
#else
__asm__(".globl _start\n_start:\n\t"
	"lis 2, .TOC.@highest\n\tori 2, 2, .TOC.@higher\n\trldicr 2, 2, 32, 31\n\t"
	"oris 2, 2, .TOC.@h\n\tori 2, 2, .TOC.@l\n\t"
	"mr 3, 1\n\tclrrdi 1, 1, 4\n\tli 0, 0\n\tstdu 1, -32(1)\n\tbl start\n");
#endif

/* Compilers call these implicitly, and would turn their loops into calls to them. */
__attribute__((used))
void *memcpy(void *to, const void *from, size_t size)
{
	unsigned char *at = to;
	const unsigned char *source = from;

	while (size--) {
		*at++ = *source++;
		__asm__ volatile("");
	}
	return to;
}

__attribute__((used))
void *memset(void *to, int byte, size_t size)
{
	unsigned char *at = to;

	while (size--) {
		*at++ = (unsigned char)byte;
		__asm__ volatile("");
	}
	return to;
}

__attribute__((used))
int memcmp(const void *first, const void *second, size_t size)
{
	const unsigned char *one = first, *other = second;

	for (; size; size--, one++, other++)
		if (*one != *other)
			return *one < *other ? -1 : 1;
	return 0;
}

#define AT_FDCWD (-100)
#define O_RDONLY 0
#define O_WRONLY 1
#define O_CLOEXEC 02000000
#define SEEK_SET 0
#define EINTR 4
#define SIGKILL 9
#define SIGCHLD 17
#define SIGTRAP 5
#define F_OK 0
#define PR_SET_PDEATHSIG 1
#define EAGAIN 11
#define WNOHANG 1
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define POLLIN 1

static long sys_open(const char *path, int flags)
{
	return system_call(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

static long sys_close(long file)
{
	return system_call(SYS_close, file, 0, 0, 0, 0, 0);
}

static bool is_there(const char *path)
{
	return system_call(SYS_faccessat, AT_FDCWD, (long)path, F_OK, 0, 0, 0) == 0;
}

/* Fork: the number of the child, and 0 in the child. */
static long sys_fork(void)
{
#if defined(__s390x__)
	return system_call(SYS_clone, 0, SIGCHLD, 0, 0, 0, 0);
#else
	return system_call(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
#endif
}

static long sys_wait(long process, int *status)
{
	long ended;

	do
		ended = system_call(SYS_wait4, process, (long)status, 0, 0, 0, 0);
	while (ended == -EINTR);
	return ended;
}

struct seconds {
	int64_t whole, nano;
};

/* Child signals are blocked until waited for; programs start without that. */
static void hold_children_back(bool is_held)
{
	uint64_t mask = UINT64_C(1) << (SIGCHLD - 1);

	system_call(SYS_rt_sigprocmask, is_held ? SIG_BLOCK : SIG_UNBLOCK, (long)&mask, 0,
		    sizeof(mask), 0, 0);
}

/* The same within some seconds, while child signals are blocked; 0 if none came. */
static long sys_wait_for(long process, int *status, int64_t seconds)
{
	uint64_t mask = UINT64_C(1) << (SIGCHLD - 1);
	struct seconds most = { seconds, 0 };
	long ended;

	for (;;) {
		ended = system_call(SYS_wait4, process, (long)status, WNOHANG, 0, 0, 0);
		if (ended)
			return ended;
		if (system_call(SYS_rt_sigtimedwait, (long)&mask, 0, (long)&most, sizeof(mask), 0,
				0) == -EAGAIN)
			return system_call(SYS_wait4, process, (long)status, WNOHANG, 0, 0, 0);
	}
}

__attribute__((noreturn))
static void sys_exit(int code)
{
	for (;;)
		system_call(SYS_exit_group, code, 0, 0, 0, 0, 0);
}

/* All of it, or false. */
static bool write_all(long file, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		long written = system_call(SYS_write, file, (long)at, (long)size, 0, 0, 0);

		if (written == -EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		size -= (size_t)written;
	}
	return true;
}

/* Up to `size` bytes, as many as are available; negative on failure. */
static long read_some(long file, void *data, size_t size)
{
	long got;

	do
		got = system_call(SYS_read, file, (long)data, (long)size, 0, 0, 0);
	while (got == -EINTR);
	return got;
}

/* The same, if something arrives within some seconds; otherwise 0. */
static long read_within(long file, void *data, size_t size, int64_t seconds)
{
	struct {
		int file;
		short asked, found;
	} poll = { (int)file, POLLIN, 0 };
	struct seconds most = { seconds, 0 };

	if (system_call(SYS_ppoll, (long)&poll, 1, (long)&most, 0, 0, 0) <= 0)
		return 0;
	return read_some(file, data, size);
}

/* Exactly that many bytes from an offset of a file, or false. */
static bool read_at(long file, uint64_t offset, void *data, size_t size)
{
	char *at = data;

	if (offset > INT64_MAX - size ||
	    system_call(SYS_lseek, file, (long)offset, SEEK_SET, 0, 0, 0) != (long)offset)
		return false;
	while (size) {
		long got = read_some(file, at, size);

		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}
