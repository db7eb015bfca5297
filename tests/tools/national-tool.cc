// SPDX-License-Identifier: Apache-2.0
// national-tool - what a mapping makes of events; for tests, and for who writes a mapping.
//
//     national-tool schema MAPPING              the schema of its documents
//     national-tool random MAPPING SEED COUNT   a document of COUNT events of random
//     values,
//                                               hostile octets among them
//     national-tool fields                      the fields that a mapping may name
#include "handover/national.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

namespace {

using namespace handover;

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    std::string octets()
    {
        if (below(4) == 0)
            return "";
        std::string out;
        for (std::size_t left = 1 + below(20); left > 0; --left)
            out += below(3) == 0 ? static_cast<char>(below(256))
                                 : "<>&\"'] -\xc3\xa4;"[below(12)];
        return out;
    }
    std::vector<std::string> several()
    {
        std::vector<std::string> out(below(4));
        for (std::string& text : out)
            text = octets();
        return out;
    }
    std::int64_t time() { return static_cast<std::int64_t>(engine_()) * 800'000; }

private:
    std::mt19937 engine_;
};

void fill_party(li::Event& event, Dice& dice)
{
    event.client = {dice.octets(), static_cast<std::uint16_t>(dice.below(65536))};
    event.server = {dice.octets(), static_cast<std::uint16_t>(dice.below(65536))};
    event.client_octets = dice.below(1000);
    event.tls = dice.octets();
    event.user = dice.octets();
    event.mailbox = dice.octets();
    event.session = dice.octets();
    event.session_begin = dice.below(2) * dice.time();
    event.session_end = dice.below(2) * dice.time();
}

void fill_mail(li::Event& event, Dice& dice)
{
    event.sender = dice.octets();
    event.sender_validated = dice.below(2) == 0;
    event.recipients = dice.several();
    event.total_recipients = static_cast<std::uint32_t>(dice.below(5));
    event.message_id = dice.octets();
    event.cause = {dice.octets(), dice.octets(), dice.octets(), dice.octets()};
    for (std::size_t left = dice.below(3); left > 0; --left)
        event.features.emplace_back(dice.octets(), dice.octets());
    event.forward_chain = dice.several();
    event.direction = static_cast<li::Direction>(dice.below(3));
    event.content_octets = dice.below(3);
}

NationalRecord record_of(Dice& dice)
{
    NationalRecord record;
    record.reference = dice.octets();
    record.correlation = static_cast<std::uint32_t>(dice.below(9));
    record.sequence = static_cast<std::uint32_t>(dice.below(9));
    record.operator_id = dice.octets();
    record.content_file = dice.octets();
    record.test = dice.below(2) == 0;
    record.event.what = static_cast<li::What>(dice.below(11));
    record.event.status = static_cast<li::Status>(dice.below(3));
    record.event.protocol = static_cast<li::Protocol>(dice.below(3));
    record.event.time = 1 + dice.time();
    fill_party(record.event, dice);
    fill_mail(record.event, dice);
    return record;
}

std::string random_document(const Mapping& mapping, unsigned seed, std::size_t count)
{
    Dice dice(seed);
    std::vector<NationalRecord> records;
    for (std::size_t i = 0; i < count; ++i)
        records.push_back(record_of(dice));
    return mapping.document(records);
}

int run(const std::vector<std::string>& words)
{
    if (words.at(0) == "fields") {
        for (const NationalField& field : national_fields())
            std::cout << field.name << '\n';
        return 0;
    }
    std::ifstream file(words.at(1), std::ios::binary);
    const auto mapping =
        Mapping::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!mapping) {
        std::cerr << words[1] << ": " << mapping.error() << '\n';
        return 65;
    }
    std::cout << (words[0] == "schema"
                      ? mapping->schema()
                      : random_document(*mapping,
                                        static_cast<unsigned>(std::stoul(words.at(2))),
                                        std::stoul(words.at(3))));
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    return run({argv + 1, argv + argc});
}
