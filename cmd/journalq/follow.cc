// SPDX-License-Identifier: Apache-2.0
// follow: what is filed from now on, as it is filed, and once more when its last recipient
// is finished.
//
// Whether somebody has written is one look at shared memory; only then the journal is
// searched.  A journal that was made anew (sponts journal rebuild) is another file: it is
// opened again.
#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "news.h"
#include "output.h"
#include "print.h"
#include "result.h"

#include <optional>
#include <poll.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace journalq {

namespace {

constexpr base::milliseconds between_looks{100};
constexpr std::size_t page_size = 1000;
constexpr std::size_t most_watched = 1000; // messages that wait

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
};

// None: it is not there at this moment.
std::optional<FileIdentity> identity_of(const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

class Follower {
public:
    explicit Follower(const Call& call)
        : source_(source_of(call)), criteria_(criteria_of(call)), json_(call.has("json")),
          news_(db::first_key(criteria_.from))
    {
        open();
    }

    // Until nobody reads any more.
    void run()
    {
        std::optional<std::int64_t> version;
        do {
            if (const auto now = identity_of(source_.path); now && now != identity_) {
                open();
                version.reset();
            }
            // Before the search: what is written meanwhile is seen at the next look.
            const std::int64_t current = search_->version();
            if (version != current) {
                look();
                version = current;
            }
        } while (!reader_gone_after_a_while());
    }

private:
    void open()
    {
        identity_ = identity_of(source_.path);
        require_journal(source_.path);
        search_.emplace(source_.path, source_.policies);
        wanted_ = wanted_by(criteria_, *search_);
    }

    void look()
    {
        look_again();
        std::optional<db::JournalKey> after = news_.after();
        for (std::vector<db::JournalKey> keys; after;) {
            keys =
                search_->keys(criteria_, page_size, db::JournalOrder::oldest_first, after);
            for (const db::JournalKey key : keys)
                if (news_.add(key))
                    show(key);
            after = keys.size() == page_size ? std::optional(keys.back()) : std::nullopt;
            news_.settle();
            output_.put();
        }
    }

    // Only what is finished is read in full: the others may wait for days.
    void look_again()
    {
        const std::set<db::JournalKey> waiting = search_->waiting(watched_);
        for (const db::JournalKey key : std::exchange(watched_, {}))
            if (waiting.contains(key))
                watched_.push_back(key);
            else if (const auto filed = search_->message(key))
                print(*filed);
    }

    void show(db::JournalKey key)
    {
        const auto filed = search_->message(key);
        if (!filed)
            return;
        print(*filed);
        if (!waits(*filed))
            return;
        watched_.push_back(key);
        if (watched_.size() > most_watched)
            watched_.erase(watched_.begin());
    }

    void print(const db::FiledMessage& filed)
    {
        if (json_)
            append_json(output_.text(), filed);
        else
            append_line(output_.text(), filed, wanted_);
        output_.check();
    }

    // A pipe that nobody reads tells so without being written to.
    static bool reader_gone_after_a_while()
    {
        pollfd out{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
        (void)::poll(&out, 1, static_cast<int>(between_looks.count()));
        return (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    }

    Source source_;
    db::JournalCriteria criteria_;
    bool json_;
    Wanted wanted_;
    News news_;
    std::optional<FileIdentity> identity_;
    std::optional<db::JournalSearch> search_;
    std::vector<db::JournalKey> watched_; // the oldest first
    Output output_;
};

} // namespace

int follow(const Call& call)
{
    Call from_now = call;
    if (!call.has("since"))
        from_now.options["since"] = "now";
    Follower(from_now).run();
    return exit_done;
}

} // namespace journalq
