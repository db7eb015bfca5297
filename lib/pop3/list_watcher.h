// SPDX-License-Identifier: Apache-2.0
// pop3/list_watcher.h - notes what a mailbox lists in one session: unique ids (UIDL), sizes
// (LIST), and what is deleted of it (DELE and a QUIT that was answered with +OK).
//
// A list of all messages counts when its final "." has come; before, it never was there.
// What is no unique id by RFC 1939, and a message whose number does not come after the one
// before, is left out: a server may say anything.
//
// Memory: at most twice `most` messages, 12 octets each and its id, 16 for each size; all
// sessions together have what ListMemory holds, one of them an eighth of it, and who finds
// no more notes nothing.
//
// Threads: one at a time.  Calls neither wait nor throw.
#pragma once

#include "pop3/list_memory.h"
#include "pop3/mailbox_list.h"
#include "pop3/observer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pop3 {

class ListWatcher : public Observer {
public:
    // `most`: messages that are wanted, the newest.  `memory` outlives it.
    ListWatcher(std::size_t most, ListMemory& memory) : most_(most), memory_(memory) {}
    ~ListWatcher() override { memory_.give(taken_); }
    ListWatcher(const ListWatcher&) = delete;
    ListWatcher& operator=(const ListWatcher&) = delete;

    void identified(std::uint32_t message, std::string_view unique_id) override;
    void listing_began() override;
    void listing_ended(bool whole) override;
    void sized(std::uint32_t message, std::uint64_t octets) override;
    void marked(std::uint32_t message) override;
    void unmarked() override;
    void quit(bool done) override { quit_ = quit_ || done; }

    // The session has shown anything.
    [[nodiscard]] bool has_seen() const { return whole_ || !items_.empty(); }
    // A list of all messages was among it.
    [[nodiscard]] bool is_whole() const { return whole_; }
    [[nodiscard]] bool knows_sizes() const { return !sizes_.empty(); }
    [[nodiscard]] Sighting sighting() const;
    // The same for the same ids in the same order.
    [[nodiscard]] std::uint64_t digest() const;

private:
    struct Item {
        std::uint32_t message = 0;
        std::uint32_t begin = 0; // of its id in `ids`
        std::uint8_t length = 0;
        bool marked = false;
    };
    struct Items : std::vector<Item> {
        std::string ids;
    };
    struct Size {
        std::uint32_t message = 0;
        std::uint64_t octets = 0;
    };

    [[nodiscard]] static Items::const_iterator find(const Items& items,
                                                    std::uint32_t message);
    [[nodiscard]] static std::string_view id_of(const Items& items, const Item& item);
    static void append(Items& items, Item item, std::string_view id);
    void put(std::uint32_t message, std::string_view id);
    void keep_newest(Items& items) const;
    void keep_marked();
    [[nodiscard]] bool is_gone(const Item& item) const { return quit_ && item.marked; }
    [[nodiscard]] std::uint64_t octets_of(std::uint32_t message) const;
    // False: there is no more memory for us, and nothing is noted any more.
    [[nodiscard]] bool has_room();
    void give_up();

    std::size_t most_;
    ListMemory& memory_;
    std::size_t taken_ = 0;
    Items items_;             // by message
    Items fresh_;             // of the list under way
    std::vector<Size> sizes_; // by message
    bool listing_ = false;
    bool whole_ = false;
    bool quit_ = false;
    bool given_up_ = false;
};

} // namespace pop3
