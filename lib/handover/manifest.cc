// SPDX-License-Identifier: Apache-2.0
// handover/manifest.cc - see the header.
#include "handover/manifest.h"

#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace handover {

namespace {

constexpr std::size_t digest_size = 64;
constexpr std::string_view between = "  ";

bool is_digest(std::string_view text)
{
    return text.size() == digest_size && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool is_name(std::string_view name)
{
    return !name.empty() && !name.starts_with('/') && !text::has_control(name) &&
           !name.contains('\\') && !('/' + std::string(name) + '/').contains("/../") &&
           !('/' + std::string(name) + '/').contains("/./") && !name.contains("//");
}

} // namespace

std::string to_text(const Manifest& manifest)
{
    std::string out;
    for (const auto& [name, digest] : manifest)
        out += fmt::format("{}{}{}\n", digest, between, name);
    return out;
}

std::expected<Manifest, std::string> parse_manifest(std::string_view text)
{
    Manifest out;
    for (int number = 1; !text.empty(); ++number) {
        const auto wrong = [number](std::string_view why) {
            return std::unexpected(fmt::format("line {}: {}", number, why));
        };
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return wrong("no end");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.size() <= digest_size + between.size() ||
            !is_digest(line.substr(0, digest_size)) ||
            line.substr(digest_size, between.size()) != between)
            return wrong("not DIGEST  NAME");
        const std::string_view name = line.substr(digest_size + between.size());
        if (!is_name(name))
            return wrong("no name of a file on this disc");
        if (!out.emplace(name, line.substr(0, digest_size)).second)
            return wrong("this name has come before");
    }
    return out;
}

} // namespace handover
