// SPDX-License-Identifier: Apache-2.0
#include "journal/fields.h"

#include <algorithm>

namespace journal {

bool Fields::read(base::LogLine line)
{
    base::LogField field;
    std::string room;
    for (;;) {
        const base::Taken taken = base::take_field(line, field);
        if (taken != base::Taken::field)
            return taken == base::Taken::end;
        const auto value = base::log_value(line.format, field.written, room);
        if (!value)
            return false;
        all_.emplace_back(field.key, *value);
    }
}

const std::string& Fields::operator[](std::string_view key) const
{
    static const std::string none;
    const auto found = std::ranges::find(all_, key, &Pair::first);
    return found == all_.end() ? none : found->second;
}

std::string Fields::but_none(std::string_view key) const
{
    const std::string& value = (*this)[key];
    return value == "none" ? "" : value;
}

} // namespace journal
