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
            shared->arriving.emplace(std::move(value));
            shared->loop.post([shared] { shared->arrive(); });
        };
    }

    // One waits at a time.
    [[nodiscard]] Task<T> get()
    {
        const std::shared_ptr<Shared> shared = shared_;
        if (!shared->arrived)
            co_await wait(shared);
        co_return std::move(*shared->arriving);
    }

private:
    struct Shared {
        explicit Shared(Loop& l) : loop(l) {}
        void arrive()
        {
            arrived = true;
            if (waiter)
                loop.unpark(*std::exchange(waiter, std::nullopt));
        }
        Loop& loop;
        std::optional<T> arriving;
        bool arrived = false; // this and below: the loop's thread only
        std::optional<Loop::Parked::iterator> waiter;
    };

    static auto wait(std::shared_ptr<Shared> shared)
    {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            [shared = std::move(shared)](auto handler) {
                shared->waiter = shared->loop.park(std::move(handler));
            },
            boost::asio::use_awaitable);
    }

    std::shared_ptr<Shared> shared_;
};

} // namespace net
