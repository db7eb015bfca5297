// SPDX-License-Identifier: Apache-2.0
#include "handover/disc_courier.h"

#include "base/failure.h"
#include "base/file.h"
#include "handover/disc_files.h"
#include "handover/tree.h"

#include <cerrno>
#include <filesystem>
#include <utility>

namespace handover {

namespace {

namespace fs = std::filesystem;

constexpr mode_t private_mode = 0600;
constexpr int most_tries = 3;

class DiscCourier : public Courier {
public:
    explicit DiscCourier(std::string directory) : directory_(std::move(directory)) {}

    Outcome deliver(const Parcel& parcel, const Watch& watch,
                    std::stop_token stop) override;
    std::optional<Found> reconcile(const Parcel& parcel, std::stop_token stop) override;
    std::vector<Outcome> probe(std::stop_token stop) override;

private:
    [[nodiscard]] std::string path_of(const Parcel& parcel) const;
    void begin(const Parcel& parcel, const std::string& path) const;
    void write(const Parcel& parcel, const std::string& path) const;

    std::string directory_; // of the measure
};

std::string DiscCourier::path_of(const Parcel& parcel) const
{
    const bool events = parcel.contents == Contents::events;
    return directory_ + '/' +
           disc_name(events ? db::Stream::iri : db::Stream::cc, parcel.name);
}

// The file under its temporary name, and the directories that it needs.
void DiscCourier::begin(const Parcel& parcel, const std::string& path) const
{
    make_directory(fs::path(directory_).parent_path());
    make_directory(directory_);
    make_directory(fs::path(path).parent_path());
    const std::string temporary = path + std::string(unfinished);
    destroy_file(temporary);
    base::make_scratch_file(temporary, parcel.octets, private_mode);
}

// Dying before the rename leaves a file that the next attempt writes anew; after it, one
// that the next attempt finds.
void DiscCourier::write(const Parcel& parcel, const std::string& path) const
{
    for (int tries = 1;; ++tries)
        try {
            begin(parcel, path);
            break;
        } catch (const base::Failure& failure) { // who sweeps takes empty directories away
            if (failure.error() != ENOENT || tries == most_tries)
                throw;
        }
    publish_file(path + std::string(unfinished), path); // which writes it to the disk
}

Outcome DiscCourier::deliver(const Parcel& parcel, const Watch& watch, std::stop_token stop)
{
    Outcome outcome;
    switch (reconcile(parcel, stop).value_or(Found::absent)) {
    case Found::different:
        outcome.result = Outcome::Result::refused;
        outcome.trouble = parcel.name + ": there is a file of this name with other octets";
        return outcome;
    case Found::absent:
    case Found::temporary:
        write(parcel, path_of(parcel));
        break;
    case Found::complete:
        break;
    }
    outcome.result = Outcome::Result::stored;
    outcome.step = Step::renamed;
    if (watch)
        watch(outcome.step, "");
    return outcome;
}

std::optional<Found> DiscCourier::reconcile(const Parcel& parcel, std::stop_token stop)
{
    (void)stop; // a disk answers soon
    const std::string path = path_of(parcel);
    if (fs::exists(path))
        return base::read_file(path) == parcel.octets ? Found::complete : Found::different;
    return fs::exists(path + std::string(unfinished)) ? Found::temporary : Found::absent;
}

std::vector<Outcome> DiscCourier::probe(std::stop_token stop)
{
    (void)stop;
    Outcome outcome;
    outcome.result = Outcome::Result::stored;
    outcome.receipt = "goes by disc";
    return {outcome};
}

} // namespace

std::unique_ptr<Courier> make_disc_courier(std::string directory)
{
    return std::make_unique<DiscCourier>(std::move(directory));
}

} // namespace handover
