// SPDX-License-Identifier: Apache-2.0
// ums/mail_index.h - what is known of the messages of the queue, and whose they are: in
// memory, about 120 bytes for each message and 70 for each user who is shown it.
//
// Pure.  Threads: many may read while nobody changes it.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace ums {

// One message as this user is shown it.
struct Mail {
    spool::MessageId id; // in the queue
    // RFC 1939 UIDL.  The same after a restart, for a record that was carried to another
    // segment, and for what a forward or a replay has made of the message.
    std::string uid;
    spool::MessageId known_as; // the same as an id: what spool::HiddenMail keeps
    std::uint64_t size = 0;    // octets of its MailText
    // Of the message `id`, that are this user's and nobody else's: these he may withdraw.
    std::vector<std::uint32_t> recipients;
    // It is his by another recipient as well, who is not his alone (an alias of several, a
    // copy), or by what was made of it (a forward, a replay): he may only hide it.
    bool shared = false;
    bool operator==(const Mail&) const = default;
};

// As it is put in.
struct IndexedMail {
    struct Owner {
        std::string user;
        std::uint32_t recipient = 0;
        bool shared = false;
    };
    spool::MessageId known_as;
    spool::Location where;
    std::uint64_t size = 0;
    std::uint32_t fingerprint = 0; // of what its owners were made of
    std::vector<Owner> owners;
};

class MailIndex {
public:
    struct Known {
        spool::MessageId known_as;
        spool::Location where;
        std::uint64_t size = 0;
        std::uint32_t fingerprint = 0;
    };

    MailIndex() = default;
    MailIndex(const MailIndex&) = delete;
    MailIndex& operator=(const MailIndex&) = delete;

    // Instead of what was known of it.
    void put(spool::MessageId id, const IndexedMail& mail);
    void drop(spool::MessageId id);
    void move(spool::MessageId id, spool::Location where);

    [[nodiscard]] const Known* find(spool::MessageId id) const;
    // Some message has this id or is known by it.
    [[nodiscard]] bool has(spool::MessageId id) const;
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] std::size_t users() const { return boxes_.size(); }
    void for_each(const auto& visit) const
    {
        for (const auto& [id, item] : items_)
            visit(id, item);
    }

    // Oldest first, at most so many, without those that are known by one of `hidden`.
    [[nodiscard]] std::vector<Mail> of(const std::string& user, std::size_t most,
                                       const std::set<spool::MessageId>& hidden) const;

private:
    using Boxes = std::unordered_map<std::string, std::set<spool::MessageId>>;
    struct Owned {
        Boxes::value_type* box = nullptr;
        std::uint32_t recipient = 0;
        bool shared = false;
    };
    struct Item : Known {
        std::vector<Owned> owners;
    };

    [[nodiscard]] Mail shown(spool::MessageId id, const Item& item,
                             const Boxes::value_type& box) const;
    void share_with_made(std::vector<Mail>& mails, const Boxes::value_type& box) const;
    void forget_owners(spool::MessageId id, Item& item);
    void know_as(spool::MessageId id, spool::MessageId known_as, int more);

    std::unordered_map<spool::MessageId, Item> items_;
    Boxes boxes_;
    // Of those that are not known by their own id: how many are by this one.
    std::unordered_map<spool::MessageId, std::uint32_t> parents_;
};

} // namespace ums
