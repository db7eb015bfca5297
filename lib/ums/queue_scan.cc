// SPDX-License-Identifier: Apache-2.0
#include "ums/queue_scan.h"

#include "delivery/expansion.h"
#include "ums/mail_text.h"

namespace ums {

namespace {

constexpr std::size_t messages_at_once = 256;
constexpr std::size_t recipients_at_once = 4096;
constexpr std::size_t most_header = 128u << 10; // as smtp-sendd looks for circles
constexpr std::uint32_t unread = 0;             // no fingerprint

bool is_kept_back(const spool::Entry& entry)
{
    return entry.hold() == spool::Hold::by_operator;
}

// Who waits decides whose it is (FNV-1a).
std::uint32_t fingerprint_of(const spool::Entry& entry)
{
    constexpr std::uint32_t prime = 16777619;
    std::uint32_t sum = (2166136261u ^ (is_kept_back(entry) ? 1u : 0u)) * prime;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        sum = (sum ^ (entry.waits(i) ? 3u : 2u)) * prime;
    return sum == unread ? 1 : sum;
}

// By which message the user knows it.
spool::MessageId known_as(const spool::Envelope& envelope)
{
    const bool is_made = envelope.origin == spool::Origin::forward ||
                         envelope.origin == spool::Origin::replay;
    return is_made && envelope.parent != spool::MessageId() ? envelope.parent : envelope.id;
}

} // namespace

QueueScan::Changes QueueScan::compare(const MailIndex& index, bool anew)
{
    Changes changes;
    view_ = std::make_unique<spool::QueueView>(spool_);
    to_read_.clear();
    next_ = 0;
    view_->for_each([&](const spool::Entry& entry) {
        const MailIndex::Known* const known = index.find(entry.id());
        if (anew || known == nullptr || known->fingerprint != fingerprint_of(entry))
            to_read_.push_back({entry.id(), known ? known->known_as : entry.id()});
        else if (known->where != entry.where())
            changes.moved.emplace_back(entry.id(), entry.where());
    });
    index.for_each([&](spool::MessageId id, const MailIndex::Known&) {
        if (view_->find(id) == nullptr)
            changes.gone.push_back(id);
    });
    changes.to_read = to_read_.size();
    reader_.forget_deleted();
    return changes;
}

// What is kept back is nobody's, but what is hidden of it stays hidden: its name counts.
bool QueueScan::read_text(ReadMail& out, bool kept_back)
{
    const auto text = MailText::open(reader_, out.mail.where, out.id);
    if (!text)
        return false;
    const spool::Envelope& envelope = text->envelope();
    out.mail.known_as = known_as(envelope);
    if (kept_back)
        return true;
    const auto size = text->size();
    const auto header = text->header(most_header);
    if (!size || !header)
        return false;
    out.mail.size = *size;
    out.addressed.expanded = !delivery::may_expand(envelope);
    out.addressed.passed = delivery::delivered_to(*header);
    for (const spool::Recipient& recipient : envelope.recipients)
        out.addressed.recipients.push_back(recipient.address);
    return true;
}

ReadMail QueueScan::read_one(const spool::Entry& entry, spool::MessageId known_as)
{
    const bool kept_back = is_kept_back(entry);
    ReadMail out;
    out.id = entry.id();
    out.mail.known_as = known_as;
    out.mail.where = entry.where();
    out.mail.fingerprint = fingerprint_of(entry);
    const bool is_read = read_text(out, kept_back);
    if (!is_read || (!kept_back && out.addressed.recipients.size() != entry.recipients())) {
        out.addressed = {};
        out.mail.fingerprint = unread;
    }
    for (std::uint32_t i = 0; i < out.addressed.recipients.size(); ++i)
        out.addressed.waits.push_back(entry.waits(i));
    return out;
}

std::vector<ReadMail> QueueScan::read()
{
    std::vector<ReadMail> mails;
    std::size_t recipients = 0;
    while (next_ < to_read_.size() && mails.size() < messages_at_once &&
           recipients < recipients_at_once) {
        const ToRead& next = to_read_[next_++];
        const spool::Entry* const entry = view_->find(next.id);
        if (entry == nullptr)
            continue;
        mails.push_back(read_one(*entry, next.known_as));
        recipients += entry->recipients();
    }
    return mails;
}

void QueueScan::close()
{
    view_.reset();
    to_read_ = {};
}

} // namespace ums
