// SPDX-License-Identifier: Apache-2.0
// spool/envelope_words.h - the words of the envelope's text form, one table for both ways.
// The index of a word is the value of its enumerator.
#pragma once

#include "spool/envelope.h"

#include <array>
#include <string_view>
#include <utility>

namespace spool::words {

inline constexpr std::array<std::string_view, 3> body = {"7bit", "8bitmime", "binarymime"};
inline constexpr std::array<std::string_view, 3> ret = {"unset", "full", "headers"};
inline constexpr std::array<std::string_view, 6> origin = {
    "client", "bounce", "delay-notice", "success-notice", "forward", "replay"};
inline constexpr std::array<std::pair<Notify, std::string_view>, 4> notify = {{
    {notify_never, "never"},
    {notify_success, "success"},
    {notify_failure, "failure"},
    {notify_delay, "delay"},
}};

static_assert(body.size() == static_cast<std::size_t>(Body::binary_mime) + 1);
static_assert(ret.size() == static_cast<std::size_t>(Ret::headers) + 1);
static_assert(origin.size() == static_cast<std::size_t>(Origin::replay) + 1);

} // namespace spool::words
