// SPDX-License-Identifier: Apache-2.0
#include "journal/learned.h"

#include "base/log.h"
#include "journal/fields.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace journal {

namespace {

using What = Learned::What;

using Name = std::pair<std::string_view, What>;
constexpr Name names[] = {
    {"password-learned", What::learned},
    {"password-proved", What::proved},
    {"password-forgotten", What::forgotten},
};
constexpr std::string_view argon2id = "$argon2id$";

std::optional<std::int64_t> number_in(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number <= 0)
        return std::nullopt;
    return number;
}

} // namespace

std::string line_of(const Learned& told)
{
    const auto* const name = std::ranges::find(names, told.what, &Name::second);
    const auto write = [&](std::initializer_list<base::Field> fields) {
        return base::format_event(base::LogFormat::key_value, {}, base::Level::info,
                                  name->first, {}, fields);
    };
    if (told.what == What::learned)
        return write(
            {{"user", told.user}, {"learned", told.learned}, {"verifier", told.verifier}});
    return write({{"user", told.user}, {"learned", told.learned}});
}

std::optional<Learned> read_learned(const spool::EventLine& line)
{
    const auto event = base::read_log_line(line.text);
    if (!event)
        return std::nullopt;
    const auto* const name = std::ranges::find(names, event->event, &Name::first);
    Fields fields;
    if (name == std::end(names) || !fields.read(*event))
        return std::nullopt;
    const auto learned = number_in(fields["learned"]);
    Learned told{.what = name->second,
                 .user = fields["user"],
                 .learned = learned.value_or(0),
                 .verifier = fields["verifier"]};
    const bool whole = told.what != What::learned || told.verifier.starts_with(argon2id);
    if (!learned || told.user.empty() || !whole)
        return std::nullopt;
    return told;
}

} // namespace journal
