// SPDX-License-Identifier: Apache-2.0
// audit/chain.cc - see the header.
#include "audit/chain.h"

#include "audit/escape.h"
#include "base/random.h"
#include "text/base64.h"

#include <array>

namespace audit {

namespace {

std::string beginning(std::string_view kind)
{
    return "sponts-audit 1 " + std::string(kind) + ' ';
}

constexpr std::size_t mark_digits = 32;

bool is_first_line(std::string_view line, std::string_view kind)
{
    const std::string start = beginning(kind);
    return line.starts_with(start) && line.size() == start.size() + mark_digits;
}

} // namespace

std::string first_line(std::string_view kind)
{
    return beginning(kind) + text::hex(base::random_octets(mark_digits / 2)) + '\n';
}

Chain parse_chain(std::string_view text, std::string_view kind)
{
    Chain chain;
    const std::size_t last = text.rfind('\n');
    const std::size_t whole = last == std::string_view::npos ? 0 : last + 1;
    chain.torn = text.substr(whole);
    std::string_view rest = text.substr(0, whole);
    const std::string_view first = take_until(rest, '\n');
    if (!is_first_line(first, kind)) {
        chain.damage = "line 1: not the beginning of such a file";
        return chain;
    }
    chain.origin.chain = seal::sha256(first);
    chain.sound = first.size() + 1;
    while (!rest.empty()) {
        const std::string_view line = take_until(rest, '\n');
        auto record = parse_record(line, chain.head());
        if (!record) {
            chain.damage = "line " + std::to_string(chain.records.size() + 2) +
                           ": changed, or not what follows the line before";
            return chain;
        }
        chain.records.push_back(std::move(*record));
        chain.sound += line.size() + 1;
    }
    return chain;
}

std::string encode(std::string_view first_line, const Chain& chain)
{
    std::string text(first_line);
    for (const Record& record : chain.records)
        text += encode(record);
    return text;
}

} // namespace audit
