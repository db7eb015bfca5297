// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what an IMAP backend says before the relay begins; however it is cut it is
// the same responses, what is kept is bounded, and what a client hears of them is lines.
//
// Input: a byte that says how to cut, then the backend's words.
#include "check.h"
#include "imap/response_reader.h"
#include "proxy/imap_replies.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr std::size_t limit = 300;

// The responses up to the first that is too long.
std::vector<std::string> read(std::string_view bytes, std::size_t step)
{
    imap::ResponseReader reader(limit);
    std::vector<std::string> found;
    while (!bytes.empty() && !reader.too_long()) {
        const std::size_t taken = reader.feed(bytes.substr(0, step));
        fuzz::promise(taken > 0);
        bytes.remove_prefix(taken);
        if (reader.complete())
            found.push_back(reader.release());
    }
    return found;
}

void promise_lines(std::string_view text)
{
    fuzz::promise(text.ends_with("\r\n"));
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        fuzz::promise(end != std::string_view::npos);
        fuzz::promise(!text.substr(0, end).contains('\r'));
        fuzz::promise(!text.substr(0, end).contains('\n'));
        text.remove_prefix(end + 2);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view said = fuzz::text_of(data + 1, size - 1);
    const std::vector<std::string> responses = read(said, said.size());
    fuzz::promise(responses == read(said, 1 + data[0] % 11));
    proxy::ImapAnswer answer;
    for (const std::string& line : responses) {
        fuzz::promise(line.size() <= limit);
        const imap::Response response = imap::parse_response(line);
        if (response.tag.empty() || response.continuation())
            continue;
        if (response.untagged()) {
            std::string_view list;
            if (response.data("CAPABILITY", list))
                answer.capabilities = list;
            else if (response.condition != imap::Condition::none)
                answer.besides.push_back(line);
            continue;
        }
        answer.tagged = line;
        if (response.has_code("CAPABILITY"))
            answer.capabilities = response.code_text;
        promise_lines(proxy::welcome(answer, data[0] % 2 == 0));
        promise_lines(proxy::refusal(proxy::trouble_of(line, "x"), response.tag));
        answer = {};
    }
    return 0;
}
