// SPDX-License-Identifier: Apache-2.0
#include "li/mail_view.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace li {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_named(std::string_view field, std::string_view name)
{
    const auto same = [](char a, char b) {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        };
        return lower(a) == lower(b);
    };
    return std::ranges::equal(field, name, same);
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Where the field that begins at `at` ends: behind the line that no blank follows.
std::size_t end_of_field(std::string_view header, std::size_t at)
{
    for (;;) {
        const std::size_t newline = header.find('\n', at);
        if (newline == std::string_view::npos)
            return header.size();
        at = newline + 1;
        if (at == header.size() || (header[at] != ' ' && header[at] != '\t'))
            return at;
    }
}

bool is_sound_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80   ? 0
                                 : lead < 0xc2 ? text.size()
                                 : lead < 0xe0 ? 1
                                 : lead < 0xf0 ? 2
                                 : lead < 0xf5 ? 3
                                               : text.size();
        if (more >= text.size() - i)
            return false;
        const auto continues = [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
        };
        if (!std::ranges::all_of(text.substr(i + 1, more), continues))
            return false;
        i += more + 1;
    }
    return true;
}

// Goes through a value character by character and puts addresses together.
class Addresses {
public:
    explicit Addresses(std::size_t most) : most_(most) {}

    void take(char c)
    {
        const bool literal = std::exchange(escaped_, false);
        if (!literal && c == '\\' && (quoted_ || comments_ > 0))
            escaped_ = true;
        else if (!literal && c == '"' && comments_ == 0)
            quoted_ = !quoted_;
        else if (!literal && comments_ > 0 && c == ')')
            return static_cast<void>(--comments_);
        else if (!literal && comments_ > 0)
            comments_ += c == '(' ? 1 : 0;
        else if (!literal && !quoted_)
            return take_plain(c);
        keep(c);
    }

    std::vector<std::string> finish()
    {
        end();
        return std::move(found_);
    }

private:
    void take_plain(char c)
    {
        switch (c) {
        case '(':
            ++comments_;
            return;
        case '<':
            word_.clear();
            angle_ = true;
            return;
        case '>':
            end();
            done_ = true;
            return;
        case ':': // of a group, or of a route
            word_.clear();
            return;
        case ',':
        case ';':
            end();
            done_ = false;
            return;
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            if (!angle_ && !word_.empty() && !word_.contains('@'))
                word_.clear(); // of a display name
            return;
        default:
            keep(c);
        }
    }

    void keep(char c)
    {
        if (comments_ == 0 && !done_ && word_.size() < 1000)
            word_ += c;
    }

    void end()
    {
        if (!done_ && word_.contains('@') && found_.size() < most_ && is_sound_utf8(word_))
            found_.push_back(word_);
        word_.clear();
        angle_ = false;
    }

    std::size_t most_;
    std::string word_;
    std::vector<std::string> found_;
    int comments_ = 0;
    bool quoted_ = false;
    bool escaped_ = false;
    bool angle_ = false;
    bool done_ = false; // what follows ">" up to the comma does not count
};

} // namespace

std::vector<std::string> addresses_in(std::string_view value, std::size_t most)
{
    Addresses addresses(most);
    std::ranges::for_each(value, [&addresses](char c) { addresses.take(c); });
    return addresses.finish();
}

MailView view(std::string_view mail)
{
    const std::string_view header = mail.substr(0, header_limit);
    MailView seen;
    for (std::size_t at = 0; at < header.size();) {
        const std::size_t end = end_of_field(header, at);
        const std::string_view field = header.substr(at, end - at);
        at = end;
        const std::size_t colon = field.find(':');
        if (colon == std::string_view::npos)
            break; // the blank line, or no header any more
        const std::string_view name = trimmed(field.substr(0, colon));
        const std::string_view value = trimmed(field.substr(colon + 1));
        if (is_named(name, "Message-ID") && seen.message_id.empty()) {
            seen.message_id = value;
        } else if (is_named(name, "From") && seen.sender.empty()) {
            if (auto from = addresses_in(value, 1); !from.empty())
                seen.sender = std::move(from.front());
        } else if (is_named(name, "To") || is_named(name, "Cc")) {
            const std::size_t room = recipients_limit - seen.recipients.size();
            std::ranges::move(addresses_in(value, room),
                              std::back_inserter(seen.recipients));
        }
    }
    return seen;
}

} // namespace li
