// SPDX-License-Identifier: Apache-2.0
#include "conf/document.h"

#include <algorithm>
#include <cstring>
#include <ini.h>

namespace conf {

namespace {

// inih keeps section and key in arrays of 50 bytes and cuts what is longer.
constexpr std::size_t name_limit = 49;
constexpr std::string_view blank = " \t\r";

struct Source {
    std::string_view rest;
    Document& document;
    int line = 0;
    bool indented = false;  // the current line begins with white space
    bool after_key = false; // so an indented line would continue a value

    void problem(std::string text, std::string german)
    {
        document.problems.push_back({line, std::move(text), std::move(german)});
    }
};

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// inih takes comments from the ends of first lines only.
std::string_view without_comment(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i)
        if (text[i] == ';' && blank.contains(text[i - 1]))
            return trim(text.substr(0, i));
    return text;
}

bool looks_like_a_key(std::string_view text)
{
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
    if (end == 0 || end == std::string_view::npos)
        return false;
    const auto next = text.find_first_not_of(blank, end);
    return next != std::string_view::npos && text[next] == '=';
}

// inih has a word for the first such line only.
void refuse_line(Source& source)
{
    source.problem("neither [section] nor key = value",
                   "weder [Abschnitt] noch Schlüssel = Wert");
}

void note_section(Source& source, std::string_view text)
{
    const auto end = without_comment(text).find(']');
    if (end == std::string_view::npos)
        return refuse_line(source);
    std::string name(text.substr(1, end - 1));
    if (name.size() > name_limit)
        source.problem("section name is longer than 49 bytes",
                       "der Name des Abschnitts ist länger als 49 Byte");
    for (const SectionHead& other : source.document.sections)
        if (other.name == name)
            source.problem("section [" + name + "] again, first in line " +
                               std::to_string(other.line),
                           "der Abschnitt [" + name + "] steht schon in Zeile " +
                               std::to_string(other.line));
    source.document.sections.push_back({std::move(name), source.line});
    source.after_key = false;
}

// True if inih may see the line as it is.
bool line_is_sound(Source& source, std::string_view line, std::size_t room)
{
    const auto odd = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
    if (std::ranges::any_of(line, odd)) {
        source.problem("control byte in the line", "Steuerzeichen in der Zeile");
        return false;
    }
    if (line.size() > room) {
        source.problem("line is longer than " + std::to_string(room) +
                           " bytes: continue the value in the next line, indented",
                       "die Zeile ist länger als " + std::to_string(room) +
                           " Byte: den Wert eingerückt in der nächsten Zeile fortsetzen");
        return false;
    }
    return true;
}

void look_at_line(Source& source, std::string_view line)
{
    const std::string_view text = trim(line);
    if (text.empty() || text[0] == ';' || text[0] == '#')
        return;
    source.indented = blank.contains(line[0]);
    if (source.indented && source.after_key) {
        if (looks_like_a_key(text) || text[0] == '[')
            source.problem("an indented line continues the value above: do not indent keys",
                           "eine eingerückte Zeile setzt den Wert darüber fort: Schlüssel "
                           "nicht einrücken");
        return;
    }
    if (text[0] == '[')
        return note_section(source, text);
    const auto end = without_comment(text).find_first_of("=:");
    if (end == std::string_view::npos)
        refuse_line(source);
    else if (trim(text.substr(0, end)).size() > name_limit)
        source.problem("key is longer than 49 bytes",
                       "der Schlüssel ist länger als 49 Byte");
}

// Like fgets(3), for inih: one line, or nullptr at the end.
char* next_line(char* buffer, int size, void* stream)
{
    Source& source = *static_cast<Source*>(stream);
    if (source.rest.empty())
        return nullptr;
    ++source.line;
    const auto end = source.rest.find('\n');
    std::string_view line = source.rest.substr(0, end);
    source.rest.remove_prefix(end == std::string_view::npos ? source.rest.size() : end + 1);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line_is_sound(source, line, static_cast<std::size_t>(size) - 2))
        look_at_line(source, line);
    else
        line = {};
    std::ranges::copy(line, buffer);
    buffer[line.size()] = '\n';
    buffer[line.size() + 1] = '\0';
    return buffer;
}

int take_entry(void* user, const char* section, const char* name, const char* value)
{
    Source& source = *static_cast<Source*>(user);
    if (std::strstr(value, " #") != nullptr)
        source.problem(
            "a comment begins a line, or follows a value after \" ;\"",
            "ein Kommentar beginnt eine Zeile oder folgt einem Wert nach \" ;\"");
    std::vector<Entry>& entries = source.document.entries;
    if (source.indented && source.after_key && !entries.empty()) {
        entries.back().value += ' ';
        entries.back().value += without_comment(value);
    } else {
        entries.push_back({section, name, value, source.line});
    }
    source.after_key = true;
    return 1;
}

} // namespace

int Document::line_of_key(std::string_view section, std::string_view key) const
{
    for (const Entry& entry : entries)
        if (entry.section == section && entry.key == key)
            return entry.line;
    return 0;
}

int Document::line_of(std::string_view section, std::string_view key) const
{
    if (const int line = line_of_key(section, key); line != 0)
        return line;
    for (const SectionHead& head : sections)
        if (head.name == section)
            return head.line;
    return 0;
}

Document parse_document(std::string_view text)
{
    Document document;
    if (text.size() > document_size_limit) {
        document.problems.push_back(
            {0, "file is larger than 1 MiB", "die Datei ist größer als 1 MiB"});
        return document;
    }
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    Source source{text, document};
    const int broken = ini_parse_stream(next_line, &source, take_entry, &source);
    if (broken > 0 && document.problems.empty()) { // ours say more, and of every line
        source.line = broken;
        refuse_line(source);
    }
    return document;
}

} // namespace conf
