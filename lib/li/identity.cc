// SPDX-License-Identifier: Apache-2.0
// Spellings of a Kennung; see identity.h.  Plain ASCII, nearly all there is, costs one
// copy; everything else is libunistring's: Unicode normal form C and case folding.
#include "li/identity.h"

#include "text/address.h"
#include "text/lines.h"

#include <cstdlib>
#include <memory>
#include <unicase.h>
#include <uninorm.h>

namespace li {

namespace {

struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
};

// Canonical caseless matching (Unicode 3.13, D145) decomposes before it folds.  `text` is
// UTF-8; without memory for the result it stays as it is.
std::string unicode_form(std::string_view text, bool fold)
{
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::unique_ptr<std::uint8_t, Free> apart(
        u8_normalize(fold ? UNINORM_NFD : UNINORM_NFC, bytes, text.size(), nullptr, &size));
    if (!apart)
        return std::string(text);
    if (!fold)
        return {reinterpret_cast<const char*>(apart.get()), size};
    const std::unique_ptr<std::uint8_t, Free> folded(
        u8_casefold(apart.get(), size, nullptr, UNINORM_NFC, nullptr, &size));
    if (!folded)
        return std::string(text);
    return {reinterpret_cast<const char*>(folded.get()), size};
}

std::string same_form(std::string_view text, const Rules& rules)
{
    if (text::is_ascii(text))
        return rules.fold_case ? text::to_lower(text) : std::string(text);
    if (!text::is_utf8(text))
        return std::string(text); // no text that anybody else could spell otherwise
    return unicode_form(text, rules.fold_case);
}

// "+x" alone is a name, not a detail of nobody.
std::string_view without_detail(std::string_view local, const Rules& rules)
{
    if (rules.detail_separator == 0)
        return local;
    const auto at = local.find(rules.detail_separator);
    return at == std::string_view::npos || at == 0 ? local : local.substr(0, at);
}

} // namespace

std::optional<std::string> canonical_address(std::string_view address, const Rules& rules)
{
    const text::AddressResult parsed = text::parse_mailbox(address, true);
    if (!parsed || parsed->domain().empty())
        return std::nullopt;
    const std::string local = parsed->quoted ? text::unquote_local(parsed->local())
                                             : std::string(parsed->local());
    std::string canonical = same_form(without_detail(local, rules), rules);
    canonical += '@';
    canonical += parsed->domain();
    return canonical;
}

std::string canonical_login(std::string_view login, const Rules& rules)
{
    if (login.contains('@'))
        if (std::optional<std::string> address = canonical_address(login, rules))
            return *std::move(address);
    return same_form(login, rules);
}

} // namespace li
