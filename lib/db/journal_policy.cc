// SPDX-License-Identifier: Apache-2.0
#include "db/journal_policy.h"

#include "db/names.h"
#include "seal/digest.h"
#include "text/lines.h"

#include <algorithm>

namespace db {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::size_t pseudonym_octets = 10;             // 80 bits of the digest

std::string pseudonym(const std::string& key, std::string_view address)
{
    const seal::Digest digest = seal::hmac_sha256(key, address);
    return "p-" + seal::hex(std::span(digest).first(pseudonym_octets));
}

// Replaces `what` in any case of its ASCII letters, where it is not part of a longer word.
void replace_all(std::string& text, const std::string& what, const std::string& with)
{
    if (what.empty())
        return;
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    };
    std::string folded = lower(text);
    std::size_t at = 0;
    while ((at = folded.find(what, at)) != std::string::npos) {
        const std::size_t end = at + what.size();
        const bool part = (at > 0 && is_word(folded[at - 1])) ||
                          (end < folded.size() && is_word(folded[end]));
        if (part) {
            ++at;
            continue;
        }
        text.replace(at, what.size(), with);
        folded.replace(at, what.size(), with);
        at += with.size();
    }
}

// Servers like to repeat the address, or its local part, in what they say.
std::string filed_reply(const JournalPolicy& policy, std::string_view reply,
                        std::initializer_list<std::string_view> addresses)
{
    std::string out = plain_text(reply, longest_reply);
    if (policy.pseudonym_key.empty())
        return out;
    for (const std::string_view address : addresses) {
        const std::string said = lower(address);
        const std::string stored = filed_address(policy, address);
        replace_all(out, said, stored);
        replace_all(out, std::string(halves(said).local),
                    std::string(halves(stored).local));
    }
    return out;
}

void cut(std::string& text, std::size_t longest)
{
    text = plain_text(text, longest);
}

void apply(const JournalPolicy& policy, JournalPeer& peer)
{
    for (std::string* text : {&peer.tenant, &peer.listener, &peer.protocol, &peer.tls,
                              &peer.client, &peer.client_name, &peer.helo})
        cut(*text, longest_name);
    peer.login = filed_address(policy, peer.login);
}

void apply(const JournalPolicy& policy, JournalAttachment& attachment)
{
    if (policy.attachment_names)
        cut(attachment.name, longest_name);
    else
        attachment.name.clear();
    attachment.declared = lower(plain_text(attachment.declared, longest_name));
    attachment.found = lower(plain_text(attachment.found, longest_name));
}

} // namespace

const JournalPolicy& JournalPolicies::of(std::string_view tenant) const
{
    const auto own = tenants.find(tenant);
    return own != tenants.end() ? own->second : general;
}

std::string plain_text(std::string_view text, std::size_t longest)
{
    std::string out;
    out.reserve(std::min(text.size(), longest));
    while (!text.empty()) {
        const std::size_t length = text::utf8_length(text);
        std::string_view piece = length > 0 ? text.substr(0, length) : replacement;
        const auto first = static_cast<unsigned char>(text.front());
        if (first < 0x20 || first == 0x7f)
            piece = " ";
        if (out.size() + piece.size() > longest)
            break;
        out += piece;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string filed_address(const JournalPolicy& policy, std::string_view address)
{
    std::string said = lower(plain_text(address, longest_address));
    if (policy.pseudonym_key.empty() || said.empty())
        return said;
    const Halves parts = halves(said);
    const std::string name = pseudonym(policy.pseudonym_key, said);
    return parts.domain.empty() ? name : name + '@' + std::string(parts.domain);
}

void apply(const JournalPolicy& policy, JournalMessage& message)
{
    apply(policy, message.peer);
    message.sender = filed_address(policy, message.sender);
    message.header_from = filed_address(policy, message.header_from);
    cut(message.message_id, longest_message_id);
    if (policy.subjects)
        cut(message.subject, longest_subject);
    else
        message.subject.clear();
    for (JournalRecipient& recipient : message.recipients) {
        recipient.address = filed_address(policy, recipient.address);
        recipient.original = filed_address(policy, recipient.original);
    }
    for (JournalAttachment& attachment : message.attachments)
        apply(policy, attachment);
}

void apply(const JournalPolicy& policy, JournalResult& result)
{
    result.reply = filed_reply(policy, result.reply, {result.address, result.original});
    result.address = filed_address(policy, result.address);
    result.original = filed_address(policy, result.original);
    for (std::string* text : {&result.tenant, &result.enhanced, &result.relay, &result.tls})
        cut(*text, longest_name);
}

void apply(const JournalPolicy& policy, JournalRefusal& refusal)
{
    refusal.reply = filed_reply(policy, refusal.reply,
                                {refusal.sender, refusal.recipient, refusal.peer.login});
    apply(policy, refusal.peer);
    refusal.sender = filed_address(policy, refusal.sender);
    refusal.recipient = filed_address(policy, refusal.recipient);
    cut(refusal.enhanced, longest_name);
    cut(refusal.reason, longest_name);
}

void apply(const JournalPolicy& policy, JournalLogin& login)
{
    apply(policy, login.peer);
    for (std::string* text :
         {&login.service, &login.reason, &login.mechanism, &login.backend})
        cut(*text, longest_name);
}

} // namespace db
