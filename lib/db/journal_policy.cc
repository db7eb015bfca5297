// SPDX-License-Identifier: Apache-2.0
#include "db/journal_policy.h"

#include "db/journal_tenants.h"
#include "db/names.h"
#include "seal/digest.h"
#include "text/plain.h"

#include <algorithm>
#include <functional>
#include <span>

namespace db {

namespace {

using text::plain_text;

constexpr std::size_t pseudonym_octets = 10; // 80 bits of the digest

std::string pseudonym(const std::string& key, std::string_view address)
{
    const seal::Digest digest = seal::hmac_sha256(key, address);
    return "p-" + seal::hex(std::span(digest).first(pseudonym_octets));
}

// Empty: the address stays as it is.
const std::string& key_for(const JournalPolicy& policy, std::string_view address)
{
    const bool own =
        policy.pseudonym_key.empty() && policy.own != nullptr && policy.own->has(address);
    return own ? policy.own->key : policy.pseudonym_key;
}

bool makes_pseudonyms(const JournalPolicy& policy)
{
    return !policy.pseudonym_key.empty() ||
           (policy.own != nullptr && !policy.own->key.empty());
}

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
}

// Whether a word may begin or end there; not 0.
bool between_words(std::string_view text, std::size_t at)
{
    return at >= text.size() || !is_word(text[at]) || !is_word(text[at - 1]);
}

struct Name {
    std::string said; // in lower case
    std::string filed;
};

// The people a text may name, by their addresses or local parts; the longest first, for of
// two that begin at one place that one is meant.
std::vector<Name> names_in(const JournalPolicy& policy, std::string_view folded,
                           std::span<const std::string> people)
{
    std::vector<Name> all;
    for (const std::string& person : people) {
        const std::string said = lower(person);
        const std::string_view local = halves(said).local;
        if (local.empty() || !folded.contains(local) || key_for(policy, said).empty())
            continue;
        const std::string filed = filed_address(policy, person);
        all.push_back({std::string(local), std::string(halves(filed).local)});
        all.push_back({said, filed});
    }
    std::ranges::sort(all, std::greater{},
                      [](const Name& name) { return name.said.size(); });
    return all;
}

// How long what looks like an address is at the beginning of a text; 0: nothing does.
std::size_t address_length(std::string_view folded)
{
    const auto in_domain = [](char c) { return is_word(c) || c == '.' || c == '-'; };
    const auto in_local = [&](char c) {
        return in_domain(c) || c == '_' || c == '+' || c == '=';
    };
    const auto at = std::ranges::find_if_not(folded, in_local) - folded.begin();
    const auto local = static_cast<std::size_t>(at);
    if (local == 0 || local == folded.size() || folded[local] != '@')
        return 0;
    std::string_view domain = folded.substr(local + 1);
    domain = {domain.begin(), std::ranges::find_if_not(domain, in_domain)};
    while (!domain.empty() && !is_word(domain.back()))
        domain.remove_suffix(1);
    return domain.empty() ? 0 : local + 1 + domain.size();
}

// Servers like to repeat an address, or its local part, in what they say.
std::string with_pseudonyms(const JournalPolicy& policy, const std::string& text,
                            std::span<const std::string> people)
{
    const std::string folded = lower(text);
    const std::vector<Name> names = names_in(policy, folded, people);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = std::string_view(folded).substr(at);
        if (at > 0 && !between_words(folded, at)) {
            out += text[at++];
            continue;
        }
        const auto name = std::ranges::find_if(names, [&](const Name& one) {
            return rest.starts_with(one.said) && between_words(rest, one.said.size());
        });
        const std::size_t named = name != names.end() ? name->said.size() : 0;
        const std::size_t length = address_length(rest);
        if (length > named && key_for(policy, rest.substr(0, length)).empty())
            out += text.substr(at, length);
        else if (length > named)
            out += filed_address(policy, rest.substr(0, length));
        else if (named > 0)
            out += name->filed;
        else
            out += text[at];
        at += std::max({named, length, std::size_t{1}});
    }
    return out;
}

std::string filed_text(const JournalPolicy& policy, std::string_view text,
                       std::size_t longest, std::span<const std::string> people)
{
    if (!makes_pseudonyms(policy))
        return plain_text(text, longest);
    // Cut afterwards: half a name is to be recognised, too.
    const std::string whole = plain_text(text, 4 * longest);
    return plain_text(with_pseudonyms(policy, whole, people), longest);
}

void cut(std::string& text, std::size_t longest)
{
    text = plain_text(text, longest);
}

void apply(const JournalPolicy& policy, JournalPeer& peer)
{
    // Tenants are ours: cut, one of them would have lost his way.
    for (std::string* text : {&peer.listener, &peer.protocol, &peer.tls, &peer.client,
                              &peer.client_name, &peer.helo})
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

JournalPolicy JournalPolicies::of(std::string_view label) const
{
    JournalPolicy all = general; // no tenant keeps more
    if (!tenants.empty())
        for_each_tenant(label, [&](std::string_view tenant) {
            const auto one = tenants.find(tenant);
            if (one == tenants.end())
                return;
            all.subjects = all.subjects && one->second.subjects;
            all.attachment_names = all.attachment_names && one->second.attachment_names;
            if (all.pseudonym_key.empty())
                all.pseudonym_key = one->second.pseudonym_key;
        });
    all.own = &own;
    return all;
}

const std::string& JournalPolicies::pseudonym_key() const
{
    for (const auto& [tenant, policy] : tenants)
        if (!policy.pseudonym_key.empty())
            return policy.pseudonym_key;
    return general.pseudonym_key;
}

std::string filed_address(const JournalPolicy& policy, std::string_view address)
{
    std::string said = lower(plain_text(address, longest_address));
    if (said.empty())
        return said;
    const std::string& key = key_for(policy, said);
    if (key.empty())
        return said;
    const Halves parts = halves(said);
    const std::string name = pseudonym(key, said);
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
    result.people.push_back(result.address);
    result.people.push_back(result.original);
    result.reply = filed_text(policy, result.reply, longest_reply, result.people);
    result.address = filed_address(policy, result.address);
    result.original = filed_address(policy, result.original);
    for (std::string* text : {&result.enhanced, &result.relay, &result.tls})
        cut(*text, longest_name);
}

void apply(const JournalPolicy& policy, JournalRefusal& refusal)
{
    const std::string people[] = {refusal.sender, refusal.recipient, refusal.peer.login};
    refusal.reply = filed_text(policy, refusal.reply, longest_reply, people);
    apply(policy, refusal.peer);
    refusal.sender = filed_address(policy, refusal.sender);
    refusal.recipient = filed_address(policy, refusal.recipient);
    cut(refusal.enhanced, longest_name);
    cut(refusal.reason, longest_name);
}

void apply(const JournalPolicy& policy, JournalLogin& login)
{
    login.reason =
        filed_text(policy, login.reason, longest_name, std::span(&login.peer.login, 1));
    apply(policy, login.peer);
    for (std::string* text : {&login.service, &login.mechanism, &login.backend})
        cut(*text, longest_name);
}

} // namespace db
