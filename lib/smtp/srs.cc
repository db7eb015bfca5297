// SPDX-License-Identifier: Apache-2.0
// smtp/srs.cc - see srs.h.
#include "smtp/srs.h"

#include "text/domain.h"
#include "text/lines.h"

#include <utility>

namespace smtp {

namespace {

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t hash_digits = 6;
constexpr std::int64_t day_range = 1024; // two digits

struct Parts {
    std::string_view local;
    std::string_view domain;
};

Parts split(std::string_view address)
{
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos)
        return {address, {}};
    return {address.substr(0, at), address.substr(at + 1)};
}

// "SRS0=", "SRS0+" and "SRS0-" are all in use.
bool is_separator(char c)
{
    return c == '=' || c == '+' || c == '-';
}

bool has_tag(std::string_view local, std::string_view tag)
{
    return local.size() > tag.size() &&
           text::equal_ignoring_case(local.substr(0, tag.size()), tag) &&
           is_separator(local[tag.size()]);
}

// The text before the next "=", which is dropped too; nothing if there is none.
std::string_view take_part(std::string_view& text)
{
    const std::size_t end = text.find('=');
    if (end == std::string_view::npos)
        return {};
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end + 1);
    return part;
}

std::string day_text(std::int64_t day)
{
    const auto value = static_cast<std::size_t>(day % day_range);
    return {base32[value >> 5], base32[value & 31]};
}

std::int64_t digit(char c)
{
    const std::string upper = text::to_upper(std::string_view(&c, 1));
    const std::size_t at = base32.find(upper[0]);
    return at == std::string_view::npos ? -1 : static_cast<std::int64_t>(at);
}

// Days between the stamp and today, around the end of the range; -1 if it is no stamp.
std::int64_t age_of(std::string_view stamp, std::int64_t day)
{
    if (stamp.size() != 2)
        return -1;
    const std::int64_t high = digit(stamp[0]);
    const std::int64_t low = digit(stamp[1]);
    if (high < 0 || low < 0)
        return -1;
    return ((day % day_range) - (high * 32 + low) + day_range) % day_range;
}

} // namespace

std::string_view describe(SrsError error)
{
    switch (error) {
    case SrsError::not_srs:
        return "not a rewritten sender of ours";
    case SrsError::malformed:
        return "malformed rewritten sender";
    case SrsError::forged:
        return "rewritten sender with a wrong signature";
    case SrsError::expired:
        return "rewritten sender is too old";
    }
    return {};
}

Srs::Srs(std::string domain, std::vector<std::string> secrets, Mac mac)
    : domain_(text::to_lower(domain)), secrets_(std::move(secrets)), mac_(mac)
{
}

std::string Srs::hash(const std::string& secret, std::string_view text) const
{
    const auto mac = mac_(secret, text::to_lower(text));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
        bits = bits << 8 | mac[i];
    std::string out;
    for (std::size_t i = 0; i < hash_digits; ++i)
        out += base32[bits >> (5 * i) & 31];
    return out;
}

bool Srs::signed_by_us(std::string_view given, std::string_view text) const
{
    bool ours = false;
    for (const std::string& secret : secrets_)
        ours |= text::equal_ignoring_case(given, hash(secret, text));
    return ours;
}

std::string Srs::sign_second(std::string_view host, std::string_view rest) const
{
    const std::string text = std::string(host) + "=" + std::string(rest);
    return "SRS1=" + hash(secrets_.front(), text) + "=" + text + "@" + domain_;
}

std::string Srs::forward(std::string_view sender, std::int64_t day) const
{
    const Parts parts = split(sender);
    if (secrets_.empty() || parts.domain.empty() || parts.domain.contains('=') ||
        text::equal_ignoring_case(parts.domain, domain_))
        return std::string(sender);
    if (has_tag(parts.local, "SRS0")) // "=rest" keeps its separator
        return sign_second(parts.domain, parts.local.substr(4));
    if (has_tag(parts.local, "SRS1")) {
        std::string_view rest = parts.local.substr(5);
        take_part(rest); // their hash
        const std::string_view host = take_part(rest);
        // One that names us as the first forwarder is nobody's: we sign our own as SRS0.
        const bool first = !text::equal_ignoring_case(host, domain_);
        if (first && text::is_host_name(host) && rest.size() > 1 &&
            is_separator(rest.front()))
            return sign_second(host, rest);
    }
    const std::string text =
        day_text(day) + "=" + std::string(parts.domain) + "=" + std::string(parts.local);
    return "SRS0=" + hash(secrets_.front(), text) + "=" + text + "@" + domain_;
}

std::expected<std::string, SrsError> Srs::reverse(std::string_view address,
                                                  std::int64_t day) const
{
    const Parts parts = split(address);
    if (secrets_.empty() || !text::equal_ignoring_case(parts.domain, domain_))
        return std::unexpected(SrsError::not_srs);
    if (has_tag(parts.local, "SRS0"))
        return open_first(parts.local.substr(5), day);
    if (has_tag(parts.local, "SRS1"))
        return open_second(parts.local.substr(5));
    return std::unexpected(SrsError::not_srs);
}

// hash=day=domain=local
std::expected<std::string, SrsError> Srs::open_first(std::string_view local,
                                                     std::int64_t day) const
{
    const std::string_view given = take_part(local);
    const std::string_view text = local;
    const std::string_view stamp = take_part(local);
    const std::string_view host = take_part(local);
    if (given.empty() || stamp.empty() || host.empty() || local.empty())
        return std::unexpected(SrsError::malformed);
    if (!signed_by_us(given, text))
        return std::unexpected(SrsError::forged);
    const std::int64_t age = age_of(stamp, day);
    // A stamp of tomorrow is one of a host in another time zone.
    if (age < 0 || (age > max_age && age != day_range - 1))
        return std::unexpected(SrsError::expired);
    return std::string(local) + "@" + std::string(host);
}

// hash=host=rest, rest begins with the separator of the first forwarder
std::expected<std::string, SrsError> Srs::open_second(std::string_view local) const
{
    const std::string_view given = take_part(local);
    const std::string_view text = local;
    const std::string_view host = take_part(local);
    if (given.empty() || host.empty() || local.empty())
        return std::unexpected(SrsError::malformed);
    if (!signed_by_us(given, text))
        return std::unexpected(SrsError::forged);
    return "SRS0" + std::string(local) + "@" + std::string(host);
}

} // namespace smtp
