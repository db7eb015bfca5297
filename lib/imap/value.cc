// SPDX-License-Identifier: Apache-2.0
#include "imap/value.h"

#include "imap/framer.h"
#include "text/lines.h"

#include <algorithm>
#include <optional>

namespace imap {

namespace {

constexpr std::string_view ends_atom = "(){ \"\r\n";

using Values = std::vector<Value>;

// Lists under way, the innermost last; the first is the line itself.
class ValueParser {
public:
    ValueParser(std::string_view line, std::size_t depth, std::size_t most)
        : rest_(line), depth_(depth), most_(most)
    {
        open_.emplace_back();
    }

    std::expected<Values, std::string> parse()
    {
        while (!rest_.empty() && why_.empty())
            take_one();
        if (why_.empty() && open_.size() > 1)
            why_ = "a parenthesis is not closed";
        if (!why_.empty())
            return std::unexpected(std::string(why_));
        return std::move(open_.front());
    }

private:
    void take_one()
    {
        const char c = rest_.front();
        if (c == ' ')
            take_blank();
        else if (c == '(')
            open_list();
        else if (c == ')')
            close_list();
        else if (after_value_)
            why_ = "a blank is missing";
        else if (c == '"')
            take_quoted();
        else if (c == '{' || rest_.starts_with("~{"))
            take_literal();
        else
            take_atom();
    }

    void take_blank()
    {
        rest_.remove_prefix(1);
        after_value_ = false;
    }

    void open_list()
    {
        if (after_value_ || open_.size() > depth_) {
            why_ = after_value_ ? "a blank is missing" : "lists are too deep";
            return;
        }
        open_.emplace_back();
        rest_.remove_prefix(1);
    }

    void close_list()
    {
        if (open_.size() == 1) {
            why_ = "a parenthesis is closed that was not open";
            return;
        }
        Value list{.kind = Value::Kind::list, .text = {}, .list = std::move(open_.back())};
        open_.pop_back();
        rest_.remove_prefix(1);
        add(std::move(list));
    }

    void add(Value value)
    {
        if (count_++ == most_)
            why_ = "too many arguments";
        open_.back().push_back(std::move(value));
        after_value_ = true;
    }

    void take_quoted()
    {
        Value value{.kind = Value::Kind::string, .text = {}, .list = {}};
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            char c = rest_[i];
            if (c == '"') {
                rest_.remove_prefix(i + 1);
                add(std::move(value));
                return;
            }
            if (c == '\\' && i + 1 < rest_.size())
                c = rest_[++i];
            if (c == '\r' || c == '\n' || c == '\0')
                break;
            value.text += c;
        }
        why_ = "a quote is not closed";
    }

    void take_literal()
    {
        const std::size_t newline = rest_.find('\n');
        std::string_view first = rest_.substr(0, newline);
        if (first.ends_with('\r'))
            first.remove_suffix(1);
        const Announcement found = announced(first);
        if (newline == std::string_view::npos || found.length == 0 ||
            found.size > rest_.size() - newline - 1) {
            why_ = "a literal is not complete";
            return;
        }
        rest_.remove_prefix(newline + 1);
        add({.kind = Value::Kind::string,
             .text = std::string(rest_.substr(0, found.size)),
             .list = {}});
        rest_.remove_prefix(found.size);
    }

    // "BODY[HEADER.FIELDS (TO)]<0>" is one word as well.
    void take_atom()
    {
        std::size_t end = 0;
        bool section = false;
        while (end < rest_.size() && (section || !ends_atom.contains(rest_[end]))) {
            section = section ? rest_[end] != ']' : rest_[end] == '[';
            ++end;
        }
        if (end == 0 || section) {
            why_ = "a word cannot begin or end like this";
            return;
        }
        add({.kind = Value::Kind::atom,
             .text = std::string(rest_.substr(0, end)),
             .list = {}});
        rest_.remove_prefix(end);
    }

    std::string_view rest_;
    std::size_t depth_;
    std::size_t most_;
    std::size_t count_ = 0;
    std::vector<Values> open_;
    bool after_value_ = false;
    std::string_view why_;
};

bool is_atom(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && !text::equal_ignoring_case(text, "NIL") &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789@.-_+=") == std::string_view::npos;
}

bool is_quotable(std::string_view text)
{
    return text.size() <= 512 && text::is_ascii(text) && !text::has_control(text);
}

} // namespace

std::expected<Values, std::string> parse_values(std::string_view line, std::size_t depth,
                                                std::size_t most)
{
    return ValueParser(line, depth, most).parse();
}

std::string astring(std::string_view text, bool literal_plus)
{
    if (is_atom(text))
        return std::string(text);
    if (is_quotable(text))
        return quoted(text);
    return "{" + std::to_string(text.size()) + (literal_plus ? "+}\r\n" : "}\r\n") +
           std::string(text);
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += '\\';
        out += byte < 0x20 || byte >= 0x7f ? '?' : c;
    }
    return out + '"';
}

} // namespace imap
