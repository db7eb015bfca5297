// SPDX-License-Identifier: Apache-2.0
#include "imap/fetch_scanner.h"

#include "text/lines.h"
#include "text/words.h"

#include <algorithm>

namespace imap {

namespace {

void keep(std::string& text, char c, std::size_t most)
{
    if (text.size() < most)
        text += c;
}

} // namespace

void FetchScanner::begin(std::uint32_t sequence)
{
    sequence_ = sequence;
    uid_ = 0;
    size_ = 0;
    depth_ = 0;
    in_ = In::between;
    quote_ = false;
    escaped_ = false;
}

void FetchScanner::text(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        if (in_ == In::quoted)
            i += take_quoted(text.substr(i));
        else
            take(text[i++]);
    }
}

// Up to the quote that ends the text; returns how many bytes.
std::size_t FetchScanner::take_quoted(std::string_view text)
{
    std::size_t size = escaped_ && text.front() != '\r' ? 1 : 0;
    escaped_ = false;
    size = std::min(text.find_first_of("\"\\\r", size), text.size());
    if (content_ && size > 0)
        observer_->fetched(text.substr(0, size));
    if (size == text.size())
        return size;
    if (text[size] == '\\') {
        escaped_ = true;
    } else {
        end_content(text[size] == '"'); // no line end can be within quotes
        in_ = In::between;
    }
    return size + 1;
}

void FetchScanner::take(char c)
{
    if (c == '\r') // of a line end
        return;
    switch (in_) {
    case In::between:
        if (c == '(' && depth_ == 0)
            depth_ = 1;
        else if (c == ')')
            depth_ = 0;
        else if (depth_ == 1 && c != ' ')
            begin_item(c);
        return;
    case In::item:
        bracketed_ = c == '[';
        if (c == ' ')
            in_ = In::value;
        else if (c == '[')
            in_ = In::section;
        else if (c == ')')
            in_ = In::between, depth_ = 0;
        else
            keep(item_, c, longest_item);
        return;
    case In::section:
        if (c == ']')
            in_ = In::item_tail;
        else
            keep(section_, c, longest_section);
        return;
    case In::item_tail:
        if (c == ' ')
            in_ = In::value;
        else
            keep(word_, c, longest_number + 2);
        return;
    case In::value:
    case In::word:
        return take_value(c);
    case In::nested:
        return take_nested(c);
    case In::quoted:
        return;
    }
}

void FetchScanner::begin_item(char c)
{
    item_.assign(1, c);
    section_.clear();
    word_.clear();
    bracketed_ = false;
    in_ = In::item;
}

void FetchScanner::take_value(char c)
{
    if (c == ' ' || c == ')') {
        end_word();
        in_ = In::between;
        depth_ = c == ')' ? 0 : 1;
        return;
    }
    if (in_ == In::word)
        return keep(word_, c, longest_number);
    if (c == '"') {
        in_ = In::quoted;
        if (wanted())
            begin_content(std::nullopt);
    } else if (c == '(') {
        in_ = In::nested;
        depth_ = 2;
    } else if (!wanted()) { // else a literal is announced, or it is NIL
        in_ = In::word;
        word_.assign(1, c);
    }
}

void FetchScanner::take_nested(char c)
{
    if (quote_) {
        quote_ = escaped_ || c != '"';
        escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
        quote_ = true;
    } else if (c == '(') {
        ++depth_;
    } else if (c == ')' && --depth_ == 1) {
        in_ = In::between;
    }
}

void FetchScanner::end_word()
{
    if (text::equal_ignoring_case(item_, "UID"))
        uid_ = text::number_in<std::uint32_t>(word_).value_or(0);
    else if (text::equal_ignoring_case(item_, "RFC822.SIZE"))
        size_ = text::number_in<std::uint64_t>(word_).value_or(0);
}

// BODY without a section is the structure, not the text.
bool FetchScanner::wanted() const
{
    if (bracketed_)
        return text::equal_ignoring_case(item_, "BODY") ||
               text::equal_ignoring_case(item_, "BINARY");
    return text::equal_ignoring_case(item_, "RFC822") ||
           text::equal_ignoring_case(item_, "RFC822.HEADER") ||
           text::equal_ignoring_case(item_, "RFC822.TEXT");
}

void FetchScanner::begin_content(std::optional<std::uint64_t> size)
{
    Fetch what{.sequence = sequence_,
               .item = item_,
               .section = section_,
               .origin = {},
               .size = size};
    if (word_.starts_with('<') && word_.ends_with('>'))
        what.origin = text::number_in<std::uint64_t>(
                          std::string_view(word_).substr(1, word_.size() - 2))
                          .value_or(0);
    content_ = true;
    observer_->fetch_began(what);
}

void FetchScanner::end_content(bool whole)
{
    if (content_)
        observer_->fetch_ended(whole);
    content_ = false;
}

void FetchScanner::literal(std::uint64_t size)
{
    if (in_ == In::quoted) { // a quote that was not closed
        end_content(false);
        in_ = In::between;
    }
    if (in_ != In::value && in_ != In::word)
        return; // within a list
    if (wanted())
        begin_content(size);
    if (size == 0)
        end_content(true);
    in_ = In::between;
}

void FetchScanner::octets(std::string_view octets, bool last)
{
    if (!content_)
        return;
    observer_->fetched(octets);
    if (last)
        end_content(true);
}

void FetchScanner::end()
{
    end_content(false); // a quote that was not closed
    observer_->fetch_done(sequence_, uid_, size_);
}

void FetchScanner::cut()
{
    end_content(false);
}

} // namespace imap
