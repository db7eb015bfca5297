// SPDX-License-Identifier: Apache-2.0
// Fuzz target: orders.  Lines "[section]" and "key=value", as a file has them; what comes
// out is stored and read as the same, and is checked without harm.
#include "check.h"
#include "li/check.h"
#include "li/measure_text.h"

#include <string>

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest = fuzz::text_of(data, size);
    std::vector<li::Entry> entries;
    std::string section;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        const auto equals = line.find('=');
        if (line.starts_with('['))
            section = line.substr(1);
        else if (equals != std::string_view::npos)
            entries.push_back({section, std::string(line.substr(0, equals)),
                               std::string(line.substr(equals + 1)), 0});
    }
    constexpr li::Time now = 1'795'000'000'000'000;
    const li::Draft draft = li::read_order(entries, li::Rules{}, now);
    const auto again = li::measure_from(draft.measure.handle, li::to_text(draft.measure));
    promise(again.has_value() && *again == draft.measure);
    li::Surroundings around;
    around.now = now;
    for (const li::Fault& fault : li::check(draft.measure, around))
        promise(!fault.english.empty() && !fault.german.empty() && fault.line == 0);
    return 0;
}
