// SPDX-License-Identifier: Apache-2.0
// delivery/control.h - what operators ask of the queue, as lines over a local socket.
//
// smtp-sendd listens on spool::Queue::control_socket(); queuectl connects when smtp-sendd
// owns the queue.  One request is one line:
//
//     hold ID ID ...      release ID ...   retry ID ...     requeue ID ...
//     delete ID ...       expire ID ...    etrn DOMAIN      active
//     withdraw ID INDEX INDEX ...               wake HOST IP
//
// (withdraw: these recipients of the message, from 0, as its envelope has them; wake: what
// waits for a host that lives again, see wake.h)
// and is answered by one line for each message, "ID WORD", in the order of the request, and
// "end COUNT" with the number of those that were changed (for `active`: listed); or by one
// line "error TEXT".  After an answer the next request may follow.
//
// Pure but for the queue that is changed: no sockets here.
#pragma once

#include "delivery/wake.h"
#include "spool/queue.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace delivery {

// A request or answer line; a client sends its ids in several requests.
inline constexpr std::size_t max_control_line = 64u << 10;
inline constexpr std::size_t max_control_ids = 2000; // or recipients

struct ControlRequest {
    enum class What : std::uint8_t {
        hold,
        release,
        retry,
        requeue,
        remove, // "delete"
        expire,
        etrn,
        active,
        withdraw,
        wake,
    };
    What what = What::active;
    std::vector<spool::MessageId> ids;       // withdraw: one
    std::string domain;                      // etrn: lower case
    std::vector<std::uint32_t> recipients{}; // withdraw
    Woken woken{};                           // wake
    bool operator==(const ControlRequest&) const = default;
};

// Without the newline.  Unexpected: why it is refused, for "error TEXT".
[[nodiscard]] std::expected<ControlRequest, std::string>
parse_request(std::string_view line);
[[nodiscard]] std::string format_request(const ControlRequest& request);

struct ControlAnswer {
    enum class What : std::uint8_t {
        ok,
        unknown, // not in the queue (any more); withdraw: nor does one of these wait
        held,    // hold, retry: nothing was changed, it keeps why it is held
        active,  // is being delivered right now: requeue, delete, expire and withdraw are
                 // not possible
        end,     // count
        error,   // text
    };
    What what = What::error;
    spool::MessageId id{};
    std::uint64_t count = 0;
    std::string text{};
    bool operator==(const ControlAnswer&) const = default;
};

// Without the newline; nothing if it is not an answer.
[[nodiscard]] std::optional<ControlAnswer> parse_answer(std::string_view line);
void append_answer(std::string& lines, const ControlAnswer& answer);

// What smtp-sendd adds; without it nothing is active.
struct ControlHooks {
    // Is being delivered right now.  One that only waits for its turn is withdrawn.
    std::function<bool(spool::MessageId)> active;
    std::function<std::vector<spool::MessageId>()> all_active;
    std::function<void(spool::MessageId)> changed; // look at it again: it may be due
    std::function<void(spool::MessageId)> removed{};
    // Where its envelope is, and whom of it nobody tries any more.
    std::function<void(spool::MessageId, spool::Location,
                       const std::vector<std::uint32_t>&)>
        withdrawn{};
    std::function<void(const Woken&)> woken{}; // this host may be tried at once
};

// Carries out one request piece by piece: an ETRN may mean a million messages, and others
// want their turn in between.  Queue and hooks must outlive it.
class ControlWork {
public:
    ControlWork(std::string_view line, spool::Queue& queue, const ControlHooks& hooks);
    ControlWork(ControlRequest request, spool::Queue& queue, const ControlHooks& hooks);

    // Another piece, if anything is left.  False when all is done.
    [[nodiscard]] bool step();
    // All answers, "end" included, as lines; when all is done.
    [[nodiscard]] std::string take_answer() { return std::move(lines_); }

private:
    void begin(ControlRequest request);
    void list_active();
    void look_through_queue();
    [[nodiscard]] bool is_meant(const spool::Entry& entry, spool::TextNumber domain);
    void apply_some();

    spool::Queue& queue_;
    const ControlHooks& hooks_;
    ControlRequest request_;
    std::size_t next_part_ = 0; // of the queue, to be looked at
    std::size_t parts_ = 0;
    std::size_t next_ = 0; // of the ids
    std::uint64_t count_ = 0;
    std::unordered_map<spool::TextNumber, bool> woken_; // destinations: lead to the host
    bool done_ = false;
    std::string lines_;
};

// All at once.
[[nodiscard]] std::string answer_request(const ControlRequest& request, spool::Queue& queue,
                                         const ControlHooks& hooks);
[[nodiscard]] std::string answer_line(std::string_view line, spool::Queue& queue,
                                      const ControlHooks& hooks);

} // namespace delivery
