// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/print.cc - see the header.
#include "print.h"

#include "audit/inspect.h"
#include "li/official_time.h"
#include "text/json.h"
#include "text/lines.h"

#include <array>

namespace tkuev_audit {

namespace {

// After number and time.
constexpr std::array<const char*, 9> names = {"act",         "outcome", "reference",
                                              "identity",    "begin",   "end",
                                              "destination", "test",    "detail"};

} // namespace

std::string shown(std::string_view text)
{
    if (text.empty())
        return "-";
    if (!text::is_utf8(text))
        return text::printable(text, text.size());
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            c = '?';
    return out;
}

std::string time_text(const audit::Record& record)
{
    return record.deleted() ? "deleted" : li::official(audit::time_of(record));
}

std::string columns()
{
    std::string out = "NUMBER\tTIME";
    for (const char* name : names)
        out += '\t' + text::to_upper(name);
    return out + "\tPERSON\n";
}

std::string line_of(const audit::Record& record, const Persons& persons)
{
    std::string out = std::to_string(record.number) + '\t' + time_text(record);
    for (const char* name : names)
        out += '\t' + shown(record.get(name));
    return out + '\t' + shown(persons.of(record)) + '\n';
}

std::string json_of(const audit::Record& record, const Persons& persons,
                    const Beside& beside)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    if (beside.under)
        json.member("under", *beside.under);
    json.member("number", record.number);
    if (record.deleted())
        json.member("deleted", true);
    else
        json.member("time", time_text(record)).member("time_us", audit::time_of(record));
    for (const char* name : names)
        if (!record.get(name).empty())
            json.member(name, record.get(name));
    if (persons.known())
        json.member("person", persons.of(record));
    if (!beside.reasons.empty()) {
        json.key("reasons").begin_array();
        for (const std::string& reason : beside.reasons)
            json.value(reason);
        json.end_array();
    }
    json.end_object();
    return out + '\n';
}

} // namespace tkuev_audit
