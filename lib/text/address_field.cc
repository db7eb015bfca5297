// SPDX-License-Identifier: Apache-2.0
#include "text/address_field.h"

#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace text {

namespace {

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
            begin();
            angle_ = true;
            return;
        case '>':
            end();
            done_ = true;
            return;
        case ':': // of a group, or of a route
            begin();
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
            end_word();
            return;
        default:
            keep(c);
        }
    }

    void begin()
    {
        word_.clear();
        whole_ = false;
    }

    void end_word()
    {
        if (word_.contains('@'))
            whole_ = !word_.ends_with('@');
        else if (!angle_)
            word_.clear(); // of a display name
    }

    void keep(char c)
    {
        if (comments_ == 0 && !done_ && !whole_ && word_.size() < 1000)
            word_ += c;
    }

    void end()
    {
        if (!done_ && word_.contains('@') && found_.size() < most_ && is_utf8(word_))
            found_.push_back(word_);
        begin();
        angle_ = false;
    }

    std::size_t most_;
    std::string word_;
    std::vector<std::string> found_;
    int comments_ = 0;
    bool quoted_ = false;
    bool escaped_ = false;
    bool angle_ = false;
    bool whole_ = false; // what follows a blank is none of the address
    bool done_ = false;  // what follows ">" up to the comma does not count
};

} // namespace

std::vector<std::string> addresses_in(std::string_view value, std::size_t most)
{
    Addresses addresses(most);
    std::ranges::for_each(value, [&addresses](char c) { addresses.take(c); });
    return addresses.finish();
}

} // namespace text
