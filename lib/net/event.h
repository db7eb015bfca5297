// SPDX-License-Identifier: Apache-2.0
// net/event.h - a value that a dialogue waits for and somebody else supplies, once.
//
//     net::Promise<CommitResult> done(loop);
//     writer.commit(std::move(draft), envelope, done.setter());   // any thread may set
//     CommitResult result = co_await done.get();
#pragma once

#include "net/loop.h"
#include "net/task.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/redirect_error.hpp>
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

    // The setter may be called once, from any thread, even after the Promise is gone.
    [[nodiscard]] std::function<void(T)> setter()
    {
        return [shared = shared_](T value) {
            auto box = std::make_shared<T>(std::move(value));
            shared->loop.post([shared, box] {
                shared->value.emplace(std::move(*box));
                shared->wake.cancel();
            });
        };
    }

    [[nodiscard]] Task<T> get()
    {
        std::shared_ptr<Shared> shared = shared_;
        if (!shared->value) {
            boost::system::error_code ignored;  // cancelled is how it ends
            co_await shared->wake.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        }
        co_return std::move(*shared->value);
    }

private:
    struct Shared {
        explicit Shared(Loop& l)
            : loop(l), wake(l.io(), boost::asio::steady_timer::time_point::max())
        {
        }
        Loop& loop;
        boost::asio::steady_timer wake;
        std::optional<T> value;
    };
    std::shared_ptr<Shared> shared_;
};

}  // namespace net
