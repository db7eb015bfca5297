// SPDX-License-Identifier: Apache-2.0
// mime-tool - what a journal would note of mails, one line of JSON for each; for tests.
//
//     mime-tool FILE...
#include "base/fd.h"
#include "mime/summary.h"
#include "text/json.h"

#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>

namespace {

std::string json_of(const mime::Summary& summary)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    json.member("subject", summary.subject);
    json.member("message_id", summary.message_id);
    json.member("from", summary.from);
    json.member("incomplete", summary.incomplete);
    json.member("broken", summary.broken);
    json.key("attachments").begin_array();
    for (const mime::Attachment& attachment : summary.attachments) {
        json.begin_object();
        json.member("name", attachment.name);
        json.member("declared", attachment.declared);
        json.member("type", attachment.type);
        json.member("size", attachment.size);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    mime::prepare();
    for (int at = 1; at < argc; ++at) {
        const base::Fd file(::open(argv[at], O_RDONLY | O_CLOEXEC));
        struct stat facts{};
        if (!file || ::fstat(file.get(), &facts) != 0) {
            std::cerr << "mime-tool: " << argv[at] << ": cannot be read\n";
            return EXIT_FAILURE;
        }
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        std::cout << json_of(mime::summarise(file.get(), 0, size)) << '\n';
    }
    return EXIT_SUCCESS;
}
