// SPDX-License-Identifier: Apache-2.0
// The bytes of a segment behind its head, under a head that is known: every scan comes to
// an end, stays within its limit and finds records only where they say they are.
#include "spool/scan.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void scan(int fd, std::uint64_t limit, spool::Trust trust)
{
    spool::SegmentHead head;
    head.number = 1;
    head.key = 0x0123456789abcdef;
    spool::Window window;
    window.look_at(fd, limit);
    spool::Scan scan(window, head);
    spool::Scanned scanned;
    std::uint64_t offset = 0;
    for (;;) {
        const std::uint64_t before = offset;
        const auto step = scan.next(offset, trust, scanned);
        require(offset >= before && offset <= limit);
        if (step == spool::Scan::Step::end)
            return;
        require(offset > before);
        if (step == spool::Scan::Step::record)
            require(scanned.where.offset + scanned.header.size() == offset);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const int fd = ::memfd_create("segment", 0);
    require(::ftruncate(fd, 0) == 0);
    require(::pwrite(fd, data, size, 0) == static_cast<ssize_t>(size));
    scan(fd, size, spool::Trust::all);
    scan(fd, size, spool::Trust::checksums);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)spool::parse_head(text.substr(0, spool::head_size));
    return 0;
}
