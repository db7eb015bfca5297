// SPDX-License-Identifier: Apache-2.0
// handover/file_courier.cc - the steps of a file, host by host.
#include "handover/file_courier.h"

#include "base/wipe.h"
#include "handover/file_steps.h"
#include "handover/peer_key.h"
#include "li/words.h"

#include <optional>
#include <utility>
#include <vector>

namespace handover {

namespace {

using Result = Outcome::Result;

class FileCourier : public Courier {
public:
    FileCourier(const li::Destination& destination, const FileCourierSettings& settings);
    ~FileCourier() override { base::wipe(destination_.password); }

    [[nodiscard]] Outcome deliver(const Parcel& parcel, const Watch& watch,
                                  std::stop_token stop) override;
    [[nodiscard]] std::optional<Found> reconcile(const Parcel& parcel,
                                                 std::stop_token stop) override;
    void tend() override;
    [[nodiscard]] std::vector<Outcome> probe(std::stop_token stop) override;

private:
    // A host that may have this name although it has not said so.
    struct Doubt {
        std::size_t host;
        std::string name;
        base::SteadyTime until;
    };

    [[nodiscard]] Remote& at(std::size_t host, const std::stop_token& stop);
    [[nodiscard]] std::optional<Outcome> impossible() const;
    [[nodiscard]] Outcome ask(std::size_t host, const std::stop_token& stop);
    [[nodiscard]] std::optional<std::size_t> doubted(const Parcel& parcel) const;
    [[nodiscard]] PutResult deliver_to(std::size_t host, const Parcel& parcel,
                                       const Watch& watch, const std::stop_token& stop);

    li::Destination destination_;
    FileCourierSettings settings_;
    std::vector<li::Peer> peers_;
    std::optional<Doubt> doubt_;
    std::unique_ptr<Remote> remote_;
    std::size_t connected_ = 0; // whom remote_ talks to
    base::SteadyTime used_;
};

FileCourier::FileCourier(const li::Destination& destination,
                         const FileCourierSettings& settings)
    : destination_(destination), settings_(settings), peers_{destination.peer}
{
    peers_.insert(peers_.end(), destination.standby.begin(), destination.standby.end());
    for (li::Peer& peer : peers_)
        if (peer.port == 0)
            peer.port = default_port(destination.method);
}

Remote& FileCourier::at(std::size_t host, const std::stop_token& stop)
{
    if (!remote_ || connected_ != host)
        remote_ = std::make_unique<Remote>(destination_, peers_[host],
                                           peer_key_of(destination_.peer_key, host),
                                           settings_.credentials, settings_.patience);
    connected_ = host;
    used_ = base::Steady::now();
    remote_->obey(stop);
    return *remote_;
}

// The outcome of the next host, which knows of those before it.
void go_on(Outcome& last, Outcome next)
{
    next.earlier = std::move(last.earlier);
    next.earlier.push_back({std::move(last.peer), std::move(last.trouble)});
    last = std::move(next);
}

// What no server has to be asked for.
std::optional<Outcome> FileCourier::impossible() const
{
    std::string why = wrong_target(destination_);
    if (why.empty() && destination_.method == li::Method::sftp &&
        destination_.peer_key.empty())
        why = "no key of the SFTP server is known";
    if (why.empty())
        return std::nullopt;
    return Outcome{Result::refused, Step::queued, li::to_text(peers_[0]), "", why};
}

std::optional<std::size_t> FileCourier::doubted(const Parcel& parcel) const
{
    if (!doubt_ || doubt_->name != parcel.name || base::Steady::now() > doubt_->until)
        return std::nullopt;
    return doubt_->host;
}

PutResult FileCourier::deliver_to(std::size_t host, const Parcel& parcel,
                                  const Watch& watch, const std::stop_token& stop)
{
    PutResult put = put_file(at(host, stop), parcel, watch);
    put.outcome.peer = li::to_text(peers_[host]);
    if (put.in_doubt)
        doubt_ = {host, parcel.name, base::Steady::now() + certain_for};
    else if (put.outcome.step > Step::queued)
        doubt_.reset(); // the name was free when the host was last asked
    if (put.outcome.result != Result::delivered)
        remote_.reset();
    used_ = base::Steady::now();
    return put;
}

Outcome FileCourier::deliver(const Parcel& parcel, const Watch& watch, std::stop_token stop)
{
    if (const auto never = impossible())
        return *never;
    if (const auto host = doubted(parcel))
        return deliver_to(*host, parcel, watch, stop).outcome;
    Outcome last;
    bool all_refuse = true;
    for (std::size_t host = 0; host < peers_.size() && !stop.stop_requested(); ++host) {
        PutResult put = deliver_to(host, parcel, watch, stop);
        if (host == 0)
            last = std::move(put.outcome);
        else
            go_on(last, std::move(put.outcome));
        all_refuse = all_refuse && last.result == Result::refused;
        if (last.result == Result::delivered || put.in_doubt || put.name_taken)
            return last;
    }
    if (stop.stop_requested())
        last.trouble = "stopped";
    last.result = all_refuse && !stop.stop_requested() ? Result::refused : Result::later;
    return last;
}

std::optional<Found> FileCourier::reconcile(const Parcel& parcel, std::stop_token stop)
{
    if (impossible())
        return std::nullopt;
    bool silent = false;
    Found most = Found::absent;
    for (std::size_t host = 0; host < peers_.size(); ++host) {
        const auto found = look_for(at(host, stop), parcel.name, parcel.octets.size());
        if (!found)
            remote_.reset();
        silent = silent || !found;
        if (found == Found::complete)
            return found;
        most = std::max(most, found.value_or(Found::absent));
    }
    if (silent && most == Found::absent)
        return std::nullopt;
    return most;
}

void FileCourier::tend()
{
    // A login that nobody uses says when traffic comes and goes.
    if (remote_ && base::Steady::now() - used_ > idle_for)
        remote_.reset();
}

Outcome FileCourier::ask(std::size_t host, const std::stop_token& stop)
{
    Outcome outcome;
    if (const auto never = impossible()) {
        outcome = *never;
    } else if (const auto answer = at(host, stop).greet()) {
        outcome.result = Result::delivered;
        outcome.receipt = *answer;
    } else {
        outcome.result = result_of(answer.error());
        outcome.trouble = answer.error().text;
        remote_.reset();
    }
    outcome.peer = li::to_text(peers_[host]);
    return outcome;
}

std::vector<Outcome> FileCourier::probe(std::stop_token stop)
{
    std::vector<Outcome> all;
    for (std::size_t host = 0; host < peers_.size(); ++host)
        all.push_back(ask(host, stop));
    return all;
}

} // namespace

std::unique_ptr<Courier> make_file_courier(const li::Destination& destination,
                                           const FileCourierSettings& settings)
{
    return std::make_unique<FileCourier>(destination, settings);
}

} // namespace handover
