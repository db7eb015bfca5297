// SPDX-License-Identifier: Apache-2.0
// etsi/fit.cc - views of values that are too long or no text.
#include "etsi/fit.h"

#include "etsi/national_keys.h"
#include "text/lines.h"

namespace etsi {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

void fit_text(std::string& text, std::size_t most, std::string_view name,
              NationalPairs& pairs)
{
    std::string view = fitting(text, most);
    if (view == text)
        return;
    pairs.emplace_back(name, std::move(text));
    text = std::move(view);
}

void fit_recipients(std::vector<std::string>& recipients, NationalPairs& pairs)
{
    const std::size_t all = recipients.size();
    for (std::size_t i = most_recipients; i < all; ++i)
        pairs.emplace_back(key::full_recipient, std::move(recipients[i]));
    if (all > most_recipients) {
        pairs.emplace_back(key::recipients_cut, std::to_string(all - most_recipients));
        recipients.resize(most_recipients);
    }
    for (std::string& address : recipients)
        fit_text(address, most_address, key::full_recipient, pairs);
}

} // namespace

std::string fitting(std::string_view text, std::size_t most)
{
    std::string view;
    for (std::size_t count = 0; count < most && !text.empty(); ++count) {
        const std::size_t length = text::utf8_length(text);
        view += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return view;
}

std::string_view fitting_octets(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    std::size_t size = most;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
        --size; // not into a character
    return text.substr(0, size);
}

NationalPairs fit(EmailIri& iri)
{
    NationalPairs pairs;
    if (iri.sender)
        fit_text(*iri.sender, most_address, key::full_sender, pairs);
    if (iri.recipients) {
        if (!iri.total_recipients)
            iri.total_recipients = static_cast<std::uint32_t>(iri.recipients->size());
        fit_recipients(*iri.recipients, pairs);
    }
    if (iri.aaa)
        fit_text(iri.aaa->username, most_username, key::full_username, pairs);
    return pairs;
}

} // namespace etsi
