// SPDX-License-Identifier: Apache-2.0
// confine/confine.cc - the order of giving up.
#include "confine/confine.h"

#include "base/log.h"
#include "confine/parts.h"

#include <cstdlib>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace confine {

namespace {

constexpr mode_t new_files = 027; // others see nothing of the spool

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool watched = true;
#elif defined(__has_feature)
constexpr bool watched = __has_feature(address_sanitizer) ||
                         __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer);
#else
constexpr bool watched = false;
#endif

void set_limits()
{
    const rlimit no_core{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &no_core);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &files);
    }
}

void note_missing(std::string_view what)
{
    base::log(base::Level::notice, "sandbox-limited", "-", {{"missing", what}});
}

} // namespace

bool sandbox_wanted()
{
    const char* const setting = std::getenv("SPONTS_SANDBOX");
    return !watched && !(setting && std::string_view(setting) == "off");
}

void to(const Rights& rights)
{
    ::umask(new_files);
    set_limits();
    become(rights.user);
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // After become(), which makes a process dumpable again or not as the system likes.
    if (!watched) // the leak checker reads its own process
        (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (!rights.sandbox || !sandbox_wanted())
        return;
    if (!restrict_files(rights))
        note_missing("landlock");
    if (!restrict_system_calls(rights)) // last: it forbids what the others need
        note_missing("seccomp");
}

} // namespace confine
