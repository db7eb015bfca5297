// SPDX-License-Identifier: Apache-2.0
#include "traffic_print.h"

#include "text/json.h"
#include "text/visible.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sponts {

namespace {

using By = TrafficSums::By;

struct Column {
    const char* header;
    const char* member;
    std::uint64_t Traffic::* value;
};

constexpr Column columns[] = {
    {"SENT", "sent_messages", &Traffic::sent_messages},
    {"OCTETS-SENT", "sent_octets", &Traffic::sent_octets},
    {"RECEIVED", "received_messages", &Traffic::received_messages},
    {"OCTETS-RECEIVED", "received_octets", &Traffic::received_octets},
    {"SESSIONS", "sessions", &Traffic::sessions},
    {"OCTETS-UP", "up_octets", &Traffic::up_octets},
    {"OCTETS-DOWN", "down_octets", &Traffic::down_octets},
};

// A name may be any text; this one stays on its line.
std::string shown(std::string_view name)
{
    return name.empty() ? "-" : text::visible(name);
}

// Characters of UTF-8.
std::size_t width(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

using Cells = std::vector<std::string>;

Cells header(By by)
{
    Cells cells{"TENANT"};
    if (by == By::domain)
        cells.emplace_back("DOMAIN");
    for (const Column& column : columns)
        cells.emplace_back(column.header);
    return cells;
}

Cells cells_of(const TrafficRow& row, By by)
{
    Cells cells{shown(row.tenant)};
    if (by == By::domain)
        cells.push_back(shown(row.domain));
    for (const Column& column : columns)
        cells.push_back(std::to_string(row.traffic.*column.value));
    return cells;
}

// Names to the left, numbers to the right.
void append_line(std::string& out, const Cells& cells,
                 const std::vector<std::size_t>& widths, std::size_t names)
{
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t padding = widths[i] - width(cells[i]);
        out.append(i == 0 ? 0 : 2, ' ');
        out.append(i < names ? 0 : padding, ' ').append(cells[i]);
        out.append(i < names ? padding : 0, ' ');
    }
    out += '\n';
}

} // namespace

std::string traffic_table(std::span<const TrafficRow> rows, By by)
{
    std::vector<Cells> lines{header(by)};
    for (const TrafficRow& row : rows)
        lines.push_back(cells_of(row, by));
    std::vector<std::size_t> widths(lines[0].size());
    for (const Cells& cells : lines)
        for (std::size_t i = 0; i < cells.size(); ++i)
            widths[i] = std::max(widths[i], width(cells[i]));
    std::string out;
    for (const Cells& cells : lines)
        append_line(out, cells, widths, by == By::domain ? 2 : 1);
    return out;
}

std::string traffic_json(std::span<const TrafficRow> rows, By by)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_array();
    for (const TrafficRow& row : rows) {
        json.begin_object().member("tenant", row.tenant);
        if (by == By::domain)
            json.member("domain", row.domain);
        for (const Column& column : columns)
            json.member(column.member, row.traffic.*column.value);
        json.end_object();
    }
    json.end_array();
    out += '\n';
    return out;
}

} // namespace sponts
