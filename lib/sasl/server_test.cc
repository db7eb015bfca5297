// SPDX-License-Identifier: Apache-2.0
#include "sasl/password.h"
#include "sasl/scram.h"
#include "sasl/server.h"

#include <doctest/doctest.h>
#include <gsasl.h>
#include <memory>
#include <string>

using namespace std::literals;
using Kind = sasl::Step::Kind;

namespace {

// A client from the library, so that the two sides are not our own invention alike.
class Client {
public:
    Client(const char* user, const char* password)
    {
        REQUIRE(gsasl_init(&context_) == GSASL_OK);
        REQUIRE(gsasl_client_start(context_, "SCRAM-SHA-256", &session_) == GSASL_OK);
        (void)gsasl_property_set(session_, GSASL_AUTHID, user);
        (void)gsasl_property_set(session_, GSASL_PASSWORD, password);
    }
    ~Client()
    {
        gsasl_finish(session_);
        gsasl_done(context_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::string answer(const std::string& challenge)
    {
        char* raw = nullptr;
        std::size_t length = 0;
        result_ = gsasl_step(session_, challenge.data(), challenge.size(), &raw, &length);
        std::string text(raw == nullptr ? "" : raw, raw == nullptr ? 0 : length);
        gsasl_free(raw);
        return text;
    }
    [[nodiscard]] int result() const { return result_; }

private:
    Gsasl* context_ = nullptr;
    Gsasl_session* session_ = nullptr;
    int result_ = GSASL_OK;
};

struct Login {
    Kind end;
    std::string user;
    int client;
};

Login log_in(const char* user, const char* password, const std::string& verifier)
{
    Client client(user, password);
    const auto exchange = sasl::begin("SCRAM-SHA-256", "secret");
    sasl::Step step = exchange->start(client.answer(""));
    for (int steps = 0; steps < 9; ++steps) {
        if (step.kind == Kind::need_verifier)
            step = exchange->supply_verifier(verifier);
        else if (step.kind == Kind::challenge)
            step = exchange->response(client.answer(step.data));
        else
            break;
    }
    return {step.kind, exchange->user(), client.result()};
}

} // namespace

TEST_CASE("sasl: PLAIN")
{
    struct Row {
        std::string message;
        bool good;
        std::string_view user, password, identity;
    };
    const Row rows[] = {
        {"\0anna\0secret"s, true, "anna", "secret", ""},
        {"other\0anna@b\0se cret"s, true, "anna@b", "se cret", "other"},
        {"\0gr\xc3\xbcn\0p\xc3\xa4ss"s, true, "gr\xc3\xbcn", "p\xc3\xa4ss", ""},
        {"", false, "", "", ""},
        {"anna\0secret"s, false, "", "", ""},
        {"\0\0secret"s, false, "", "", ""},
        {"\0anna\0"s, false, "", "", ""},
        {"\0anna\0sec\0ret"s, false, "", "", ""},
        {"\0an\nna\0secret"s, false, "", "", ""},
        {"\0an\xffna\0secret"s, false, "", "", ""},
        {"a\rb\0anna\0secret"s, false, "", "", ""},
        {"\0"s + std::string(256, 'a') + "\0secret"s, false, "", "", ""},
        {"\0anna\0"s + std::string(1025, 'a'), false, "", "", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.message);
        const auto exchange = sasl::begin("PLAIN");
        CHECK(exchange->start(row.message).kind ==
              (row.good ? Kind::credentials : Kind::malformed));
        CHECK(exchange->user() == row.user);
        CHECK(exchange->password() == row.password);
        CHECK(exchange->identity() == row.identity);
        const auto slow = sasl::begin("PLAIN");
        CHECK(slow->start(std::nullopt).data.empty());
        CHECK(slow->response(row.message).kind ==
              (row.good ? Kind::credentials : Kind::malformed));
    }
    const auto twice = sasl::begin("PLAIN");
    CHECK(twice->start("\0anna\0secret"s).kind == Kind::credentials);
    CHECK(twice->response("\0anna\0secret"s).kind == Kind::malformed);
    CHECK(twice->supply_verifier("x").kind == Kind::malformed);
}

TEST_CASE("sasl: LOGIN")
{
    const auto exchange = sasl::begin("LOGIN");
    const auto first = exchange->start(std::nullopt);
    CHECK(first.kind == Kind::challenge);
    CHECK(first.data == "Username:");
    const auto second = exchange->response("anna");
    CHECK(second.data == "Password:");
    CHECK(exchange->response("secret").kind == Kind::credentials);
    CHECK(exchange->user() == "anna");
    CHECK(exchange->password() == "secret");
    CHECK(exchange->response("again").kind == Kind::malformed);

    const auto initial = sasl::begin("LOGIN");
    CHECK(initial->start("anna").data == "Password:");
    CHECK(initial->response("").kind == Kind::malformed);
    CHECK(sasl::begin("LOGIN")->start("").kind == Kind::malformed);
    CHECK(sasl::begin("LOGIN")->start("a\nb").kind == Kind::malformed);
    CHECK(sasl::begin("LOGIN")->supply_verifier("x").kind == Kind::malformed);
    CHECK(sasl::begin("CRAM-MD5") == nullptr);
    CHECK(sasl::begin("plain") == nullptr);
}

TEST_CASE("sasl: SCRAM-SHA-256 with a client of the library")
{
    const std::string verifier = sasl::scram_verifier("pencil");
    REQUIRE(verifier.starts_with("SCRAM-SHA-256$4096:"));
    const Login right = log_in("anna", "pencil", verifier);
    CHECK(right.end == Kind::success);
    CHECK(right.user == "anna");
    CHECK(right.client == GSASL_OK);
    CHECK(log_in("a,b=c", "pencil", verifier).user == "a,b=c");
    CHECK(log_in("anna", "pen", verifier).end == Kind::failure);
    CHECK(log_in("anna", "pencil", "").end == Kind::failure);
    CHECK(log_in("anna", "pencil", "$argon2id$...").end == Kind::failure);
}

TEST_CASE("sasl: SCRAM-SHA-256, the example of RFC 7677")
{
    const auto exchange = sasl::begin("SCRAM-SHA-256");
    CHECK(exchange->start(std::nullopt).kind == Kind::challenge);
    CHECK(exchange->response("n,,n=user,r=rOprNGfwEbeRWgbNEkqO").kind ==
          Kind::need_verifier);
    const auto first =
        exchange->supply_verifier("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                                  "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                                  "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    CHECK(first.kind == Kind::challenge);
    CHECK(first.data.starts_with("r=rOprNGfwEbeRWgbNEkqO"));
    CHECK(first.data.contains(",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
}

TEST_CASE("sasl: SCRAM-SHA-256, what is malformed")
{
    for (const std::string& bad :
         {""s, "n"s, "n,,"s, "n,,n=,r=x"s, "n,,n=a=b,r=x"s, "n,x,n=a,r=x"s, "n,a=,n=a,r=x"s,
          "n,,m=x,n=a,r=x"s, "n,,n=a\0b,r=x"s, "p=tls-unique,,n=a,r=x"s, "n,,n=\xff,r=x"s,
          "n,,n=" + std::string(300, 'a') + ",r=x"}) {
        CAPTURE(bad);
        CHECK(sasl::begin("SCRAM-SHA-256")->start(bad).kind == Kind::malformed);
    }
    const std::string verifier = sasl::scram_verifier("pencil");
    const auto garbage = sasl::begin("SCRAM-SHA-256");
    CHECK(garbage->start("n,a=b,n=a,r=x").kind == Kind::need_verifier);
    CHECK(garbage->identity() == "b");
    CHECK(garbage->response("too early").kind == Kind::malformed);
    CHECK(garbage->supply_verifier(verifier).kind == Kind::challenge);
    CHECK(garbage->supply_verifier(verifier).kind == Kind::malformed);
    CHECK(garbage->response("garbage").kind == Kind::malformed);
    CHECK(garbage->response("again").kind == Kind::malformed);
}

TEST_CASE("sasl: a stranger is asked with the same salt each time")
{
    const auto one = sasl::invented_verifier("anna", "secret");
    CHECK(one.salt == sasl::invented_verifier("anna", "secret").salt);
    CHECK(one.salt != sasl::invented_verifier("bert", "secret").salt);
    CHECK(one.salt != sasl::invented_verifier("anna", "other").salt);
    CHECK(one.salt.size() == 16);
    CHECK(one.iterations == sasl::scram_iterations);
}
