// SPDX-License-Identifier: Apache-2.0
// li/words.h - the names of values: one for files and options, one for letters.
#pragma once

#include "li/measure.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace li {

struct Word {
    std::string_view name;   // "awaiting-approval"
    std::string_view german; // "wartet auf Freigabe"
};

// In the order of the enum's values.
[[nodiscard]] std::span<const Word> words(State);
[[nodiscard]] std::span<const Word> words(Scope);
[[nodiscard]] std::span<const Word> words(Channel);
[[nodiscard]] std::span<const Word> words(LegalBasis);
[[nodiscard]] std::span<const Word> words(Profile);
[[nodiscard]] std::span<const Word> words(Method);
[[nodiscard]] std::span<const Word> words(Records);
[[nodiscard]] std::span<const Word> words(Kind);
[[nodiscard]] std::span<const Word> words(ChangeKind);

template <class Enum>
[[nodiscard]] std::string_view name(Enum value)
{
    return words(value)[static_cast<std::size_t>(value)].name;
}

template <class Enum>
[[nodiscard]] std::string_view german(Enum value)
{
    return words(value)[static_cast<std::size_t>(value)].german;
}

template <class Enum>
[[nodiscard]] std::optional<Enum> named(std::string_view text)
{
    const std::span<const Word> all = words(Enum{});
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].name == text)
            return static_cast<Enum>(i);
    return std::nullopt;
}

// "iri, iri-and-cc": but for what says that nothing was said.
template <class Enum>
[[nodiscard]] std::string names()
{
    std::string out;
    for (const Word& word : words(Enum{}))
        if (!word.german.empty()) {
            out += out.empty() ? "" : ", ";
            out += word.name;
        }
    return out;
}

[[nodiscard]] std::string hex(const Handle& handle);
[[nodiscard]] std::optional<Handle> parse_handle(std::string_view hex);
// "192.0.2.9:21", "[2001:db8::9]:21", without a port "192.0.2.9"; what parse_peer() reads.
[[nodiscard]] std::string to_text(const Peer& peer);

} // namespace li
