// SPDX-License-Identifier: Apache-2.0
// confine/system_calls.cc - seccomp(2): what this process will never ask of the kernel.
//
// A list of what is forbidden, not of what is allowed: the libraries below us may change
// what they need with any security update, and a mail server must not die of that.
#include "confine/parts.h"

#include <cerrno>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>

namespace confine {

namespace {

constexpr int forbidden[] = {
    // other programs and processes
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_madvise),
    // the system as a whole
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(syslog),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(vhangup),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    // rights
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(personality),
    // much kernel for few users
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(remap_file_pages),
    SCMP_SYS(vmsplice),
};

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

bool forbid(void* filter, int call)
{
    const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    return error == 0 || error == -EDOM || error == -EFAULT; // not on this architecture
}

bool forbid_if(void* filter, int call, scmp_arg_cmp condition, int error = EPERM)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), call,
                            1, condition) == 0;
}

// The n-th argument compared; the macros of seccomp.h are C.
scmp_arg_cmp argument(unsigned n, scmp_compare how, scmp_datum_t value,
                      scmp_datum_t other = 0)
{
    return {n, how, value, other};
}

scmp_arg_cmp has_bits(unsigned n, scmp_datum_t bits)
{
    return argument(n, SCMP_CMP_MASKED_EQ, bits, bits);
}

// Threads yes, processes no.  clone3 hides its flags behind a pointer: the C library then
// falls back to clone.
bool forbid_forking(void* filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           forbid_if(filter, SCMP_SYS(clone),
                     argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

bool forbid_new_code(void* filter)
{
    constexpr unsigned both = PROT_WRITE | PROT_EXEC;
    return forbid_if(filter, SCMP_SYS(mmap), has_bits(2, both)) &&
           forbid_if(filter, SCMP_SYS(mprotect), has_bits(2, PROT_EXEC)) &&
           forbid_if(filter, SCMP_SYS(pkey_mprotect), has_bits(2, PROT_EXEC));
}

bool is_allowed_family(int family, bool network)
{
    return family == AF_UNIX || (network && (family == AF_INET || family == AF_INET6));
}

bool forbid_sockets(void* filter, bool network)
{
    for (int family = AF_UNSPEC; family <= AF_INET6; ++family)
        if (!is_allowed_family(family, network) &&
            !forbid_if(filter, SCMP_SYS(socket),
                       argument(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)),
                       EAFNOSUPPORT))
            return false;
    return forbid_if(filter, SCMP_SYS(socket), argument(0, SCMP_CMP_GT, AF_INET6),
                     EAFNOSUPPORT);
}

} // namespace

bool restrict_system_calls(const Rights& rights)
{
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!filter)
        return false;
    (void)seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); // all threads, if any
    (void)seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree, not a list
    bool complete = forbid_forking(filter.get()) && forbid_new_code(filter.get()) &&
                    forbid_sockets(filter.get(), rights.network);
    for (const int call : forbidden)
        complete = forbid(filter.get(), call) && complete;
    return seccomp_load(filter.get()) == 0 && complete;
}

} // namespace confine
