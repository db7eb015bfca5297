// SPDX-License-Identifier: Apache-2.0
// courier-tool - one file to one server, step by step, as tkuev-exportd(8) has it carried.
//
//     courier-tool METHOD HOST:PORT[,HOST:PORT...] DIRECTORY [OPTION...] deliver NAME FILE
//     courier-tool ...                                                  reconcile NAME FILE
//     courier-tool ...                                                  probe
//
// Options: user=, password=, key=, ssh-key=, active, die=STEP (as by kill -9, before what
// follows that step), patience=SECONDS.  Prints each step, hosts that failed before the
// last, then the outcome.
#include "handover/file_courier.h"
#include "li/order.h"
#include "li/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace {

using namespace handover;

constexpr std::string_view steps[] = {"queued", "uploading", "uploaded", "renamed",
                                      "verified"};
constexpr std::string_view results[] = {"delivered", "later", "refused", "stored"};
constexpr std::string_view founds[] = {"absent", "temporary", "complete", "different"};

std::string_view step_name(Step step)
{
    return steps[static_cast<std::size_t>(step)];
}

struct Wish {
    li::Destination destination;
    FileCourierSettings settings;
    std::string die;
    std::vector<std::string> words;
};

bool take_option(Wish& wish, const std::string& word)
{
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "user")
        wish.destination.user = value;
    else if (name == "password")
        wish.destination.password = value;
    else if (name == "key")
        wish.destination.peer_key = value;
    else if (name == "ssh-key")
        wish.settings.credentials.ssh_key = value;
    else if (name == "active")
        wish.destination.passive = false;
    else if (name == "die")
        wish.die = value;
    else if (name == "patience") {
        const base::seconds seconds(std::stoi(value));
        wish.settings.patience = {seconds, seconds, seconds, 1 << 20};
    } else
        return false;
    return true;
}

Wish read_wish(const std::vector<std::string>& arguments)
{
    Wish wish;
    wish.destination.method = li::named<li::Method>(arguments.at(0)).value();
    std::string hosts = arguments.at(1) + ',';
    for (std::size_t at = 0; at < hosts.size(); at = hosts.find(',', at) + 1) {
        const auto peer = li::parse_peer(hosts.substr(at, hosts.find(',', at) - at));
        if (at == 0)
            wish.destination.peer = peer.value();
        else
            wish.destination.standby.push_back(peer.value());
    }
    wish.destination.directory = arguments.at(2);
    std::size_t next = 3;
    while (next < arguments.size() && take_option(wish, arguments[next]))
        ++next;
    wish.words.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next),
                      arguments.end());
    return wish;
}

int print(const Outcome& outcome)
{
    for (const Attempt& attempt : outcome.earlier)
        std::cout << fmt::format("in vain at {}: {}\n", attempt.peer, attempt.trouble);
    std::cout << fmt::format(
        "{} {} at {}: {}{}\n", results[static_cast<std::size_t>(outcome.result)],
        step_name(outcome.step), outcome.peer, outcome.receipt, outcome.trouble);
    return outcome.result == Outcome::Result::delivered ? 0 : 1;
}

// 0: one of them answers.
int print_all(const std::vector<Outcome>& outcomes)
{
    int code = 1;
    for (const Outcome& outcome : outcomes)
        code = std::min(code, print(outcome));
    return code;
}

int run(const Wish& wish)
{
    const auto courier = make_file_courier(wish.destination, wish.settings);
    if (wish.words.at(0) == "probe")
        return print_all(courier->probe({}));
    std::ifstream file(wish.words.at(2), std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(file), {}};
    const Parcel parcel{1, Contents::events, wish.words.at(1), octets};
    if (wish.words.at(0) == "reconcile") {
        const auto found = courier->reconcile(parcel, {});
        std::cout << (found ? founds[static_cast<std::size_t>(*found)] : "nobody-says")
                  << '\n';
        return 0;
    }
    const Watch watch = [&wish](Step step, std::string_view said) {
        std::cout << "step " << step_name(step) << ' ' << said << std::endl;
        if (step_name(step) == wish.die)
            ::_exit(137);
    };
    return print(courier->deliver(parcel, watch, {}));
}

} // namespace

int main(int argc, char** argv)
{
    return run(read_wish({argv + 1, argv + argc}));
}
