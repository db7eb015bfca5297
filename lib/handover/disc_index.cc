// SPDX-License-Identifier: Apache-2.0
#include "handover/disc_index.h"

#include "handover/file_name.h"
#include "handover/image.h"

#include <algorithm>

namespace handover {

namespace {

constexpr std::string_view xml_begins = "<?xml";
constexpr std::string_view line_end = "\r\n";

bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

void DiscIndex::add_content(const std::string& name)
{
    contents_.insert(name.substr(std::string_view(disc::contents).size()));
}

// Contents may come later: all words that could be names are kept.
void DiscIndex::add_document(const std::string& name, std::string_view octets)
{
    if (!octets.starts_with(xml_begins))
        return;
    for (auto at = octets.begin(); at != octets.end();) {
        at = std::find_if(at, octets.end(), is_name_character);
        const auto end = std::find_if_not(at, octets.end(), is_name_character);
        const std::string_view word(at, end);
        if (word.size() == file_name_size && parse_file_name(word))
            words_.emplace_back(word, name);
        at = end;
    }
}

std::string DiscIndex::text(std::string_view suffix, bool all) const
{
    std::set<std::string> lines;
    std::set<std::string> elsewhere = all ? contents_ : std::set<std::string>();
    const auto begin = [&](const std::string& content) {
        return std::string(disc::contents).append(content).append(suffix).append(";");
    };
    for (const auto& [content, document] : words_)
        if (contents_.contains(content)) {
            lines.insert(begin(content).append(document).append(suffix));
            elsewhere.erase(content);
        }
    for (const std::string& content : elsewhere)
        lines.insert(begin(content));
    std::string out;
    for (const std::string& line : lines)
        out.append(line).append(line_end);
    return out;
}

std::vector<std::pair<std::string, std::string>> read_disc_index(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find(line_end));
        text.remove_prefix(std::min(text.size(), line.size() + line_end.size()));
        const auto middle = std::min(line.find(';'), line.size());
        out.emplace_back(line.substr(0, middle),
                         line.substr(std::min(middle + 1, line.size())));
    }
    return out;
}

} // namespace handover
