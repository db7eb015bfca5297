// SPDX-License-Identifier: Apache-2.0
#include "smtp/received.h"

#include "text/domain.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smtp {

namespace {

constexpr std::size_t fold_at = 78; // RFC 5322 2.1.1
constexpr std::size_t max_word = 255;
constexpr std::string_view specials = "()<>\"\\;";

// Writes words with a blank or a fold between them.
class Folded {
public:
    explicit Folded(std::string_view name) : text_(name), column_(name.size()) {}

    void word(std::string_view word)
    {
        const bool fold = column_ + 1 + word.size() > fold_at;
        text_ += fold ? "\r\n\t" : " ";
        text_ += word;
        column_ = word.size() + (fold ? 1 : column_ + 1);
    }

    // Words that should stand on one line.
    void words(std::initializer_list<std::string_view> list)
    {
        std::size_t length = 0;
        for (const std::string_view one : list)
            length += 1 + one.size();
        if (column_ + length > fold_at)
            fold();
        for (const std::string_view one : list)
            word(one);
    }

    void fold() { column_ = fold_at; } // the next word begins a line
    [[nodiscard]] std::size_t size() const { return text_.size(); }

    std::string take()
    {
        text_ += "\r\n";
        return std::move(text_);
    }

private:
    std::string text_;
    std::size_t column_;
};

std::string unless_empty(std::string_view text, std::string_view otherwise)
{
    return text.empty() ? std::string(otherwise) : clean_word(text);
}

// "from HELO (name [address])", RFC 5321 4.4 Extended-Domain; a HELO name that is no domain
// must not stand where a domain is expected.
void write_from(Folded& field, const Trace& trace)
{
    const std::string name = unless_empty(trace.client_name, "unknown");
    const bool domain = helo_is_domain(trace.helo);
    field.words({"from", domain ? trace.helo : "unknown"});
    if (!domain && !trace.helo.empty())
        field.words({"(helo", clean_word(trace.helo) + ")"});
    if (trace.client_literal.empty()) // a pipe: inetd on a terminal, a test
        field.word("(" + name + ")");
    else
        field.words({"(" + name, clean_word(trace.client_literal) + ")"});
}

// Registered clause of RFC 8314 section 4.3, with the cipher's IANA name.
void write_tls(Folded& field, const Trace& trace)
{
    if (!trace.tls_version.empty() && !trace.tls_cipher.empty())
        field.words({"tls", clean_word(trace.tls_cipher)});
}

// Behind ours in any case is one that came with the message: the first one counts.
void append_uidl(Received& out, const std::string& id)
{
    out.text += "X-UIDL: ";
    out.ids.push_back(out.text.size());
    out.text += id + "\r\n";
}

} // namespace

Received received_field(const Trace& trace)
{
    Folded field("Received:");
    write_from(field, trace);
    if (!trace.login.empty())
        field.words({"(authenticated", clean_word(trace.login) + ")"});
    field.fold();
    field.words({"by", clean_word(trace.host), "(" + clean_word(trace.program) + ")"});
    field.words({"with", clean_word(trace.protocol)});
    if (!trace.tls_version.empty())
        field.word("(" + clean_word(trace.tls_version) + ")");
    const std::string id = clean_word(trace.id);
    field.words({"id", id});
    const std::size_t id_at = field.size() - id.size();
    if (!trace.recipient.empty() && trace.recipient == clean_word(trace.recipient))
        field.words({"for", "<" + std::string(trace.recipient) + ">"});
    write_tls(field, trace);
    // The date is one word here: a fold inside it is legal and ugly.
    std::string text = field.take();
    text.insert(text.size() - 2, ";\r\n\t" + std::string(trace.date));
    Received out{std::move(text), {id_at}};
    if (trace.uidl)
        append_uidl(out, id);
    return out;
}

std::string clean_word(std::string_view text)
{
    std::string word(text.substr(0, max_word));
    std::ranges::replace_if(
        word, [](char c) { return c <= ' ' || c > '~' || specials.contains(c); }, '?');
    return word;
}

bool helo_is_domain(std::string_view name)
{
    if (name.starts_with('[') && name.ends_with(']') && name.size() > 2)
        return text::literal_ip(name.substr(1, name.size() - 2)).has_value();
    return text::is_host_name(name);
}

} // namespace smtp
