// SPDX-License-Identifier: Apache-2.0
// session/places.h - how many may do something at a time.  Counts only; one thread.
#pragma once

#include <cstdint>
#include <utility>

namespace session {

class Places {
public:
    explicit Places(std::uint32_t limit) : limit_(limit) {}
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;
    // Whoever has a place keeps it.
    void set_limit(std::uint32_t limit) { limit_ = limit; }
    [[nodiscard]] std::uint32_t taken() const { return taken_; }

private:
    friend class Place;
    std::uint32_t limit_;
    std::uint32_t taken_ = 0;
};

// One of them, or none when all are taken; given back with this.
class Place {
public:
    explicit Place(Places& places)
        : places_(places.taken_ < places.limit_ ? &places : nullptr)
    {
        if (places_)
            ++places_->taken_;
    }
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place()
    {
        if (places_)
            --places_->taken_;
    }
    explicit operator bool() const { return places_ != nullptr; }

private:
    Places* places_;
};

} // namespace session
