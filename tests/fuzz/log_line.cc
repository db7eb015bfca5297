// SPDX-License-Identifier: Apache-2.0
// Fuzz target: lines of a log; what is read lies within the line, and whatever was logged
// is read back byte for byte.
#include "base/log_line.h"

#include "check.h"

using fuzz::promise;

namespace {

void read_any(std::string_view text)
{
    auto line = base::read_log_line(text);
    if (!line)
        return;
    promise(!line->event.empty() && text.ends_with(line->record));
    base::LogField field;
    std::string room;
    std::size_t left = line->fields.size();
    while (base::take_field(*line, field) == base::Taken::field) {
        promise(line->fields.size() < left);
        left = line->fields.size();
        const auto value = base::log_value(line->format, field.written, room);
        promise(!value || value->size() <= field.written.size());
    }
}

void read_back(base::LogFormat format, std::string_view value)
{
    const std::string text = base::format_event(format, "p", base::Level::info, "e", "i",
                                                {{"a", value}, {"b", value}});
    auto line = base::read_log_line(text);
    promise(line && line->event == "e" && line->id == "i");
    base::LogField field;
    std::string room;
    for (const std::string_view key : {"a", "b"}) {
        promise(base::take_field(*line, field) == base::Taken::field && field.key == key);
        promise(base::log_value(format, field.written, room) == value);
    }
    promise(base::take_field(*line, field) == base::Taken::end);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::text_of(data, size);
    read_any(text);
    read_back(base::LogFormat::key_value, text);
    read_back(base::LogFormat::json, text);
    return 0;
}
