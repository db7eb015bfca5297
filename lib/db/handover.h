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
#include <map>
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
    std::string name; // of the file that the content goes in; empty: none was given yet
    std::string text; // opened
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

// A file that waits for a disc, or is on an image that was not handed over.
struct StoredFile {
    std::string name;
    li::Handle measure{};
    Stream stream = Stream::iri;
    std::int64_t parcel = 0;
    std::uint64_t size = 0;
    std::string digest;        // SHA-256, hexadecimal
    std::uint64_t content = 0; // octets of content in it
    std::int64_t deadline = 0; // content: when it is destroyed, microseconds
    std::string image;         // digest of the image it is on; empty: none
    std::string text;          // opened: of what its contents are
};

struct DiscImage {
    std::string digest; // SHA-256, hexadecimal
    li::Handle measure{};
    std::uint64_t files = 0;    // that were put on it
    std::int64_t made = 0;      // microseconds
    std::int64_t delivered = 0; // 0: not yet
};

// What the last line of a ledger is followed by.
struct LedgerHead {
    std::string name; // of its file
    std::uint64_t number = 0;
    std::string chain; // hexadecimal
};

// Lines that were written at once, one below the other.
struct LedgerLines {
    std::string file;
    std::uint64_t number = 0; // of the last
    std::string text;         // without its last newline
};

// to_disk: on the disk when commit() returns.  lazily: safe from our own death, but not
// from the machine's before the next one that goes to the disk; what is lost then is the
// newest.
enum class Commit : std::uint8_t { to_disk, lazily };

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
    [[nodiscard]] const Sqlite& set(Commit how);

    FairMutex mutex_;
    std::string salt_;                // of sessions' names
    Commit commit_ = Commit::to_disk; // as the connection is set
};

// Begins a transaction; without commit() nothing of it stays.
class HandoverWork {
public:
    explicit HandoverWork(Handover& handover, Commit how = Commit::to_disk);
    HandoverWork(const HandoverWork&) = delete;
    HandoverWork& operator=(const HandoverWork&) = delete;
    void commit();

    // The first of so many new numbers; CINs begin at 1, the others at 0.
    [[nodiscard]] std::uint32_t take(const li::Handle& measure, Count count,
                                     std::uint32_t cin, std::uint32_t how_many = 1);
    // What take() would give, or its limit.
    [[nodiscard]] std::int64_t next(const li::Handle& measure, Count count,
                                    std::uint32_t cin);
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

    // Of the records that the process wrote itself, the highest number taken; 0: none.
    [[nodiscard]] std::uint64_t highest_record(const std::string& tap);
    void put_highest_record(const std::string& tap, std::uint64_t number, std::int64_t now);
    // Whether some were taken that others wrote for the process; whether this one was.
    [[nodiscard]] bool has_recovered(const std::string& tap);
    [[nodiscard]] bool is_recovered(const std::string& tap, std::uint64_t number);
    void put_recovered(const std::string& tap, std::uint64_t number, std::int64_t now);
    void forget_taps(std::int64_t used_before);

    std::int64_t add(const HandoverItem& item);
    void change(const HandoverItem& item); // numbers and parcel
    void remove(std::int64_t item);
    // In the order in which they came; those in no parcel yet.
    [[nodiscard]] std::vector<HandoverItem> waiting(const li::Handle& measure,
                                                    Stream stream, int most);
    [[nodiscard]] std::vector<HandoverItem> in_parcel(std::int64_t parcel);
    // Contents of the file from there on, whether in a parcel or not; without their texts.
    [[nodiscard]] std::vector<HandoverItem> contents_of(const std::string& file,
                                                        std::uint64_t from);
    [[nodiscard]] bool has_contents(const std::string& file);
    // No deadline is later than this: a clock that was set back must not give time.
    void limit_deadlines(std::int64_t latest);
    // Contents that are to be destroyed by now.
    [[nodiscard]] std::vector<HandoverItem> overdue(std::int64_t now);
    // The oldest contents first; without their texts.
    [[nodiscard]] std::vector<HandoverItem> contents();
    [[nodiscard]] std::map<li::Handle, std::uint64_t> content_bytes();

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

    void add(const StoredFile& file);
    void change(const StoredFile& file); // image and deadline
    void remove_stored(const std::string& name);
    // By their names, without their texts.
    [[nodiscard]] std::vector<StoredFile> stored(const li::Handle& measure);
    [[nodiscard]] std::vector<StoredFile> on_image(const std::string& digest);
    // As limit_deadlines(), of all that is stored.
    void limit_stored_deadlines(std::int64_t latest);
    // Contents that are to be destroyed by now.
    [[nodiscard]] bool has_stored_overdue(std::int64_t now);
    [[nodiscard]] std::vector<StoredFile> stored_overdue(std::int64_t now);
    [[nodiscard]] std::uint64_t stored_content_bytes();
    // Of files that are stored, and of those that are still owed.
    [[nodiscard]] std::set<std::string> file_names();
    void put(const DiscImage& image); // new, or when it was handed over
    [[nodiscard]] std::optional<DiscImage> image(const std::string& digest);

    [[nodiscard]] LedgerHead ledger(const li::Handle& measure); // made if there is none
    [[nodiscard]] std::vector<std::pair<li::Handle, LedgerHead>> ledgers();
    // All of one transaction go to the file at its end.
    void put_line(const li::Handle& measure, const LedgerHead& head, std::string_view line);
    // Lines that are not known to be in their files, without those of this transaction.
    [[nodiscard]] std::vector<LedgerLines> lines();
    void forget_lines(const std::string& file, std::uint64_t up_to);

    // Small facts, of a measure or of all: what was told, the last file name.
    [[nodiscard]] std::string fact(std::string_view name);
    void put_fact(std::string_view name, std::string_view value);

private:
    [[nodiscard]] std::string session_key(std::string_view name) const;
    // What a box of the vault holds; of an empty one nothing.
    [[nodiscard]] std::string open_box(std::string_view box, std::string_view label) const;
    [[nodiscard]] static std::uint64_t large(const Statement& row, int column);
    [[nodiscard]] std::vector<HandoverItem> items(Statement& rows, bool with_text);
    [[nodiscard]] HandoverItem item(const Statement& row, bool with_text);
    void write_lines();
    [[nodiscard]] std::vector<StoredFile> stored_files(Statement& rows, bool with_text);

    friend class Handover;
    Handover& handover_;
    std::unique_lock<FairMutex> lock_;
    Ticket ticket_;
    const Sqlite& database_;
    Transaction transaction_;
    struct Noted {
        LedgerHead head;
        std::string text;
    };
    std::map<li::Handle, Noted> noted_; // lines that are not written yet
};

} // namespace db
