// SPDX-License-Identifier: Apache-2.0
// audit/wire.cc - see the header.
#include "audit/wire.h"

#include "audit/escape.h"
#include "audit/roles.h"

#include <algorithm>
#include <array>

namespace audit {

namespace {

struct TextField {
    std::string_view name;
    std::string Entry::* text;
};

constexpr std::array<TextField, 8> text_fields = {{{"act", &Entry::act},
                                                   {"outcome", &Entry::outcome},
                                                   {"reference", &Entry::reference},
                                                   {"identity", &Entry::identity},
                                                   {"begin", &Entry::begin},
                                                   {"end", &Entry::end},
                                                   {"destination", &Entry::destination},
                                                   {"detail", &Entry::detail}}};
constexpr std::size_t test_line = text_fields.size() + 1; // line 0: "note 1"
constexpr std::size_t needs_line = test_line + 1;
constexpr std::size_t last_line = needs_line + 1;
constexpr std::size_t max_word = 40;

constexpr std::string_view no_role = "no-role";
constexpr std::string_view unavailable = "unavailable";

std::string line(std::string_view name, std::string_view value)
{
    return std::string(name) + ' ' + escape(value) + '\n';
}

bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= max_word &&
           std::ranges::all_of(text,
                               [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

} // namespace

std::string encode_request(const Entry& entry)
{
    std::string out = "note 1\n";
    for (const TextField& field : text_fields)
        out += line(field.name, entry.*field.text);
    out += line("test", entry.test ? "yes" : "no");
    out += line("needs", name_of(entry.needs));
    return out + '\n';
}

std::string encode_answer(const Answer& answer)
{
    if (answer)
        return "noted " + std::to_string(answer->number) + ' ' + escape(answer->person) +
               '\n';
    const Denial& denial = answer.error();
    const bool role = denial.reason == Denial::Reason::no_role;
    return "denied " + std::string(role ? no_role : unavailable) + ' ' +
           escape(denial.text) + '\n';
}

std::optional<Answer> parse_answer(std::string_view line)
{
    const std::string_view kind = take_until(line, ' ');
    const std::string_view word = take_until(line, ' ');
    const auto text = unescape(line);
    if (!text || text->empty())
        return {};
    if (const auto number = number_of(word); kind == "noted" && number)
        return Noted{*number, *text};
    if (kind != "denied" || (word != no_role && word != unavailable))
        return {};
    return std::unexpected(Denial{
        word == no_role ? Denial::Reason::no_role : Denial::Reason::unreachable, *text});
}

RequestParser::State RequestParser::take(std::string_view bytes)
{
    heard_ += bytes.size();
    if (state_ == State::complete && !bytes.empty())
        refuse("more than one request");
    if (heard_ > max_request)
        refuse("request of more than 64 kB");
    while (state_ == State::more && !bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        rest_ += bytes.substr(0, end);
        if (end == std::string_view::npos)
            break;
        bytes.remove_prefix(end + 1);
        take_line(rest_);
        rest_.clear();
        if (state_ == State::complete && !bytes.empty())
            refuse("more than one request");
    }
    return state_;
}

void RequestParser::take_line(std::string_view text)
{
    const std::size_t number = next_++;
    if (number == last_line)
        return text.empty() ? finish() : refuse("end of the request expected");
    if (number == 0)
        return text == "note 1" ? void() : refuse("not \"note 1\"");
    const std::string_view name = take_until(text, ' ');
    auto value = unescape(text);
    if (!value || value->size() > max_value)
        return refuse("value of \"" + escape(name.substr(0, max_word)) +
                      "\": too long or badly escaped");
    take_field(name, std::move(*value));
}

void RequestParser::take_field(std::string_view name, std::string value)
{
    const std::size_t number = next_ - 1;
    if (number < test_line) {
        if (name != text_fields.at(number - 1).name)
            return refuse("\"" + std::string(text_fields.at(number - 1).name) +
                          "\" expected");
        entry_.*text_fields.at(number - 1).text = std::move(value);
    } else if (number == test_line) {
        if (name != "test" || (value != "yes" && value != "no"))
            return refuse("\"test yes\" or \"test no\" expected");
        entry_.test = value == "yes";
    } else {
        const auto role = role_of(value);
        if (name != "needs" || !role)
            return refuse("\"needs\" and a role expected");
        entry_.needs = *role;
    }
}

// What we write about the log itself nobody else may write.
void RequestParser::finish()
{
    if (!is_word(entry_.act) || entry_.act.starts_with("log-"))
        return refuse("no such act");
    if (!is_word(entry_.outcome))
        return refuse("no such outcome");
    state_ = State::complete;
}

void RequestParser::refuse(std::string why)
{
    state_ = State::malformed;
    why_ = std::move(why);
}

} // namespace audit
