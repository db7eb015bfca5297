// SPDX-License-Identifier: Apache-2.0
// db/handover.h - handover.db: what is owed to authorities and not yet delivered, and every
// number that was given.
//
// Of the interception user alone (mode 0600).  What tells who somebody is or what he did is
// a box of the vault.  Everything that belongs together is written in one HandoverWork: the
// place in a record file, the numbers, the events, the lines of the ledger.  If we die, all
// of that has happened or none of it.
//
// Threads: any; one HandoverWork at a time.
#pragma once

#include "base/clock.h"
#include "db/sqlite.h"
#include "db/ticket.h"
#include "li/event.h"
#include "seal/digest.h"
#include "seal/vault.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace db {

enum class Stream : std::uint8_t { iri, cc };
// Of what numbers are given; *_check: integrity checks of a stream.
enum class Count : std::uint8_t { cin, iri, cc, iri_check, cc_check };

struct HandoverItem {
    enum class Form : std::uint8_t { event, pdu }; // li::encode(), or a finished PDU
    std::int64_t id = 0;
    li::Handle measure{};
    Stream stream = Stream::iri;
    Form form = Form::event;
    std::uint8_t type = 0; // etsi::IriType of an event
    std::uint32_t cin = 0;
    std::uint32_t number = 0;  // its sequence number; of content: the first
    std::uint32_t numbers = 0; // how many it has; 0: none yet
    std::int64_t parcel = 0;   // in which it goes; 0: in none yet
    std::int64_t deadline = 0; // content: when it is destroyed, microseconds
    std::string file;          // content: where it lies
    std::uint64_t offset = 0;  // of its record
    std::uint64_t next = 0;    // behind its record
    std::uint64_t content_offset = 0;
    std::uint64_t content_size = 0;
    std::uint64_t record = 0; // the number of its record there
    std::uint8_t sealing = 0; // how it is sealed: tap::ContentForm
    std::string text;         // opened
};

struct HandoverParcel {
    std::int64_t id = 0;
    li::Handle measure{};
    Stream stream = Stream::iri;
    std::string name;      // of the file; empty: for a connection
    std::int64_t made = 0; // microseconds
    std::uint32_t checks = 0;
    std::string text; // octets that must not change any more: of checks, or of all of it
};

// What the last line of a ledger is followed by.
struct LedgerHead {
    std::string name; // of its file
    std::uint64_t number = 0;
    std::string chain; // hexadecimal
};

struct LedgerLine {
    std::string file;
    std::uint64_t number = 0;
    std::string text;
};

class HandoverWork;

// In the order in which they asked: who writes all the time keeps nobody waiting.
class FairMutex {
public:
    void lock()
    {
        std::unique_lock lock(mutex_);
        const std::uint64_t turn = next_++;
        turns_.wait(lock, [&] { return turn == now_; });
    }
    void unlock()
    {
        const std::lock_guard lock(mutex_);
        ++now_;
        turns_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable turns_;
    std::uint64_t next_ = 0;
    std::uint64_t now_ = 0;
};

class Handover {
public:
    // Makes the file if there is none.  The vault must live as long.
    Handover(const std::string& path, const seal::Vault& vault);
    Handover(const Handover&) = delete;
    Handover& operator=(const Handover&) = delete;

private:
    friend class HandoverWork;
    std::string path_;
    const seal::Vault& vault_;
    Sqlite database_;
    FairMutex mutex_;
    std::string salt_; // of sessions' names
};

// Begins a transaction; without commit() nothing of it stays.
class HandoverWork {
public:
    explicit HandoverWork(Handover& handover);
    HandoverWork(const HandoverWork&) = delete;
    HandoverWork& operator=(const HandoverWork&) = delete;
    void commit();

    // The first of so many new numbers; CINs begin at 1, the others at 0.
    [[nodiscard]] std::uint32_t take(const li::Handle& measure, Count count,
                                     std::uint32_t cin, std::uint32_t how_many = 1);
    // The CIN that a session, or a mail in the queue, of this measure has.
    [[nodiscard]] std::optional<std::uint32_t> cin(const li::Handle& measure,
                                                   std::string_view name);
    void put_cin(const li::Handle& measure, std::string_view name, std::uint32_t cin,
                 std::int64_t now);
    void forget_cins(std::int64_t used_before);

    struct Place {
        std::uint64_t first = 0;    // where the first record begins
        std::uint64_t position = 0; // of the next to be taken; 0: nothing was taken yet
    };
    [[nodiscard]] Place place(const std::string& file);
    void put_place(const std::string& file, const Place& place);
    void forget_file(const std::string& file);

    std::int64_t add(const HandoverItem& item);
    void change(const HandoverItem& item); // numbers and parcel
    void remove(std::int64_t item);
    // In the order in which they came; those in no parcel yet.
    [[nodiscard]] std::vector<HandoverItem> waiting(const li::Handle& measure,
                                                    Stream stream, int most);
    [[nodiscard]] std::vector<HandoverItem> in_parcel(std::int64_t parcel);
    // Contents of the file, whether in a parcel or not; without their texts.
    [[nodiscard]] std::vector<HandoverItem> contents_of(const std::string& file);
    // Contents that are to be destroyed by now.
    [[nodiscard]] std::vector<HandoverItem> overdue(std::int64_t now);
    // The oldest contents first; without their texts.
    [[nodiscard]] std::vector<HandoverItem> contents();
    [[nodiscard]] std::uint64_t content_bytes();

    struct Owed {
        li::Handle measure{};
        Stream stream = Stream::iri;
        auto operator<=>(const Owed&) const = default;
    };
    // For whom there is something that was not delivered.
    [[nodiscard]] std::set<Owed> owed();

    std::int64_t add(const HandoverParcel& parcel);
    void change(const HandoverParcel& parcel); // name, checks, text
    void remove_parcel(std::int64_t parcel);
    [[nodiscard]] std::vector<HandoverParcel> parcels(const li::Handle& measure,
                                                      Stream stream);

    [[nodiscard]] LedgerHead ledger(const li::Handle& measure); // made if there is none
    [[nodiscard]] std::vector<std::pair<li::Handle, LedgerHead>> ledgers();
    void put_line(const li::Handle& measure, const LedgerHead& head, std::string_view line);
    // Lines that are not known to be in their files.
    [[nodiscard]] std::vector<LedgerLine> lines();
    void forget_lines(const std::string& file, std::uint64_t up_to);

    // Small facts, of a measure or of all: what was told, the last file name.
    [[nodiscard]] std::string fact(std::string_view name);
    void put_fact(std::string_view name, std::string_view value);

private:
    [[nodiscard]] std::string session_key(std::string_view name) const;
    [[nodiscard]] std::vector<HandoverItem> items(Statement& rows, bool with_text);
    [[nodiscard]] HandoverItem item(const Statement& row, bool with_text);

    Handover& handover_;
    std::unique_lock<FairMutex> lock_;
    Ticket ticket_;
    const Sqlite& database_;
    Transaction transaction_;
};

} // namespace db
