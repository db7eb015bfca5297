// SPDX-License-Identifier: Apache-2.0
// Fuzz target: whole messages; what comes out is clean and within the limits, and the same
// through a window as from memory.
#include "base/fd.h"
#include "check.h"
#include "mime/summary.h"
#include "text/lines.h"

#include <sys/mman.h>

using fuzz::promise;

namespace {

void check_text(std::string_view text, std::size_t limit)
{
    promise(text.size() <= limit);
    promise(text::is_utf8(text));
    promise(!text::has_control(text));
}

void check(const mime::Summary& summary, const mime::Limits& limits, std::size_t size)
{
    check_text(summary.subject, limits.subject);
    check_text(summary.from, 500);
    check_text(summary.message_id, limits.message_id);
    promise(summary.attachments.size() <= limits.attachments);
    for (const mime::Attachment& attachment : summary.attachments) {
        check_text(attachment.name, limits.name);
        check_text(attachment.declared, 255);
        promise(!attachment.type.empty());
        promise(attachment.size <= 32 * size); // "_", a line of uuencode: 63 octets
    }
}

// From the middle of a file.
mime::Summary by_file(std::string_view message, const mime::Limits& limits)
{
    const base::Fd file(::memfd_create("mail", MFD_CLOEXEC));
    promise(static_cast<bool>(file));
    const std::string all = "x" + std::string(message) + "\r\nx";
    promise(::write(file.get(), all.data(), all.size()) ==
            static_cast<ssize_t>(all.size()));
    return mime::summarise(file.get(), 1, message.size(), limits);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view message = fuzz::text_of(data, size);
    const mime::Limits usual;
    const mime::Summary summary = mime::summarise(message, usual);
    check(summary, usual, size);
    promise(by_file(message, usual) == summary);

    mime::Limits small;
    small.input = 3000;
    small.header = 300;
    small.field = 100;
    small.parts = 5;
    small.depth = 2;
    small.attachments = 3;
    small.name = 5;
    small.subject = 6;
    small.message_id = 7;
    check(mime::summarise(message, small), small, size);
    return 0;
}
