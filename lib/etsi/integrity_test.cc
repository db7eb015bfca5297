// SPDX-License-Identifier: Apache-2.0
#include "etsi/integrity.h"
#include "etsi/samples_test.h"

#include <doctest/doctest.h>
#include <utility>

namespace {

// Shows what was hashed.
class Transcript : public etsi::Digest {
public:
    void update(std::string_view octets) override { seen_ += octets; }
    std::string finish() override { return "H(" + std::exchange(seen_, "") + ")"; }

private:
    std::string seen_;
};

using Numbers = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("etsi: a check covers what came since the last one, in order")
{
    Transcript digest;
    etsi::IntegrityChecker checker(etsi::DataType::cc, digest, etsi::HashAlgorithm::sha256,
                                   3);
    CHECK_FALSE(checker.take().has_value());
    CHECK_FALSE(checker.add(7, "a"));
    CHECK_FALSE(checker.add(9, "b"));
    CHECK(checker.add(8, "c"));
    auto check = checker.take();
    REQUIRE(check.has_value());
    CHECK(check->sequence_numbers == Numbers{7, 9, 8});
    CHECK(check->value == "H(abc)");
    CHECK(check->data == etsi::DataType::cc);
    CHECK(check->type == etsi::CheckType::hash);
    CHECK(check->hash == etsi::HashAlgorithm::sha256);
    CHECK_FALSE(checker.take().has_value());
    CHECK_FALSE(checker.add(10, "d"));
    CHECK(checker.waiting() == 1);
    check = checker.take();
    REQUIRE(check.has_value());
    CHECK(check->value == "H(d)");
    CHECK(check->sequence_numbers == Numbers{10});
}

TEST_CASE("etsi: a signature is made of the digest of the hash PDUs")
{
    Transcript digest;
    const auto sign = [](std::string_view value) {
        return "S(" + std::string(value) + ")";
    };
    etsi::IntegrityChecker checker(etsi::DataType::iri, digest,
                                   etsi::SignatureAlgorithm::ecdsa, sign, 2);
    CHECK_FALSE(checker.add(1, "x"));
    CHECK(checker.add(2, "y"));
    const auto check = checker.take();
    REQUIRE(check.has_value());
    CHECK(check->value == "S(H(xy))");
    CHECK(check->type == etsi::CheckType::signature);
    CHECK_FALSE(check->hash.has_value());
    CHECK(check->signature == etsi::SignatureAlgorithm::ecdsa);
    CHECK(
        etsi::encode(etsi::check_pdu(etsi::samples::header(), 3, {}, *check)).has_value());
}

TEST_CASE("etsi: the PDU of a check is the golden one")
{
    const etsi::Pdu golden = etsi::samples::hash_of_event();
    CHECK(etsi::check_pdu(golden.header, 1, *golden.header.time,
                          std::get<etsi::IntegrityCheck>(
                              std::get<etsi::Tri>(golden.payload))) == golden);
}
