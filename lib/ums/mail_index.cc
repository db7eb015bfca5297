// SPDX-License-Identifier: Apache-2.0
#include "ums/mail_index.h"

namespace ums {

using spool::MessageId;

void MailIndex::put(MessageId id, const IndexedMail& mail)
{
    drop(id);
    know_as(id, mail.known_as, +1);
    Item& item = items_[id]; // without a fingerprint, should memory end in between
    item.known_as = mail.known_as;
    item.where = mail.where;
    item.size = mail.size;
    item.owners.reserve(mail.owners.size());
    for (const IndexedMail::Owner& owner : mail.owners) {
        auto& box = *boxes_.try_emplace(owner.user).first;
        item.owners.push_back({&box, owner.recipient, owner.shared});
        box.second.insert(id);
    }
    item.fingerprint = mail.fingerprint;
}

void MailIndex::drop(MessageId id)
{
    const auto found = items_.find(id);
    if (found == items_.end())
        return;
    know_as(id, found->second.known_as, -1);
    forget_owners(id, found->second);
    items_.erase(found);
}

void MailIndex::forget_owners(MessageId id, Item& item)
{
    std::set<Boxes::value_type*> boxes; // some own it more than once
    for (const Owned& owned : item.owners)
        boxes.insert(owned.box);
    for (Boxes::value_type* box : boxes) {
        box->second.erase(id);
        if (box->second.empty())
            boxes_.erase(std::string(box->first));
    }
}

void MailIndex::know_as(MessageId id, MessageId known_as, int more)
{
    if (known_as == id)
        return;
    std::uint32_t& count = parents_[known_as];
    count += static_cast<std::uint32_t>(more);
    if (count == 0)
        parents_.erase(known_as);
}

void MailIndex::move(MessageId id, spool::Location where)
{
    const auto found = items_.find(id);
    if (found != items_.end())
        found->second.where = where;
}

const MailIndex::Known* MailIndex::find(MessageId id) const
{
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
}

bool MailIndex::has(MessageId id) const
{
    return items_.contains(id) || parents_.contains(id);
}

Mail MailIndex::shown(MessageId id, const Item& item, const Boxes::value_type& box) const
{
    Mail mail{.id = id,
              .uid = {},
              .known_as = item.known_as,
              .size = item.size,
              .recipients = {},
              .shared = false};
    for (const Owned& owned : item.owners) {
        if (owned.box != &box)
            continue;
        mail.shared |= owned.shared;
        if (!owned.shared)
            mail.recipients.push_back(owned.recipient);
    }
    return mail;
}

// What was made of one of these for him would come all the same if that were withdrawn.
void MailIndex::share_with_made(std::vector<Mail>& mails,
                                const Boxes::value_type& box) const
{
    std::set<MessageId> parents;
    for (const Mail& mail : mails)
        if (parents_.contains(mail.id))
            parents.insert(mail.id);
    if (parents.empty()) // as a rule
        return;
    std::set<MessageId> twice;
    for (const MessageId id : box.second)
        if (const MessageId parent = items_.at(id).known_as;
            parent != id && parents.contains(parent))
            twice.insert(parent);
    for (Mail& mail : mails)
        mail.shared |= twice.contains(mail.id);
}

// What was made of a message that he is shown as well says nothing new; of two that were
// made of one, the first has its name.
std::vector<Mail> MailIndex::of(const std::string& user, std::size_t most,
                                const std::set<MessageId>& hidden) const
{
    std::vector<Mail> mails;
    const auto box = boxes_.find(user);
    if (box == boxes_.end())
        return mails;
    std::set<MessageId> names;
    for (const MessageId id : box->second) {
        if (mails.size() >= most)
            break;
        Mail mail = shown(id, items_.at(id), *box);
        const bool is_made = mail.known_as != id;
        if (hidden.contains(mail.known_as) || hidden.contains(id) ||
            (is_made && box->second.contains(mail.known_as)))
            continue;
        if (names.contains(mail.known_as))
            mail.known_as = id;
        if (!names.insert(mail.known_as).second)
            continue;
        mail.uid = mail.known_as.text();
        mails.push_back(std::move(mail));
    }
    share_with_made(mails, *box);
    return mails;
}

} // namespace ums
