// SPDX-License-Identifier: Apache-2.0
// net/event.h - a value that a dialogue waits for and somebody else supplies, once.
//
//     net::Promise<CommitResult> done(loop);
//     writer.commit(std::move(draft), envelope, done.setter());   // any thread may set
//     CommitResult result = co_await done.get();
#pragma once

#include "net/loop.h"
#include "net/task.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace net {

// What one coroutine waits for; everything on the loop's thread.
class Event {
public:
    explicit Event(Loop& loop) : loop_(loop) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    [[nodiscard]] bool is_set() const { return set_; }
    // Resumes who waits, now, within this call; or else the next wait() returns at once.
    void set()
    {
        set_ = true;
        if (waiter_)
            loop_.unpark(*std::exchange(waiter_, std::nullopt));
    }
    void clear() { set_ = false; }
    [[nodiscard]] Task<void> wait()
    {
        if (set_)
            co_return;
        const auto park = [this](auto handler) {
            waiter_ = loop_.park(std::move(handler));
        };
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            park, boost::asio::use_awaitable);
    }

private:
    Loop& loop_;
    bool set_ = false;
    std::optional<Loop::Parked::iterator> waiter_;
};

template <class T>
class Promise {
public:
    explicit Promise(Loop& loop) : shared_(std::make_shared<Shared>(loop)) {}

    // The setter may be called once, from any thread, even after the Promise is gone, but
    // not after the Loop is.
    [[nodiscard]] std::function<void(T)> setter()
    {
        return [shared = shared_](T value) {
            // Only post() makes this visible to the loop's thread.
            shared->value.emplace(std::move(value));
            shared->loop.post([shared] { shared->arrived.set(); });
        };
    }

    // One waits at a time.
    [[nodiscard]] Task<T> get()
    {
        const std::shared_ptr<Shared> shared = shared_;
        co_await shared->arrived.wait();
        co_return std::move(*shared->value);
    }

private:
    struct Shared {
        explicit Shared(Loop& l) : loop(l), arrived(l) {}
        Loop& loop;
        std::optional<T> value;
        Event arrived;
    };

    std::shared_ptr<Shared> shared_;
};

} // namespace net
