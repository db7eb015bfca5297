// SPDX-License-Identifier: Apache-2.0
// seal/fixture_test.h - keys and files for tests, gone with the test.
#pragma once

#include "seal/keys.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace seal::testing {

class Directory {
public:
    Directory() : path_(::mkdtemp(pattern_)) {}
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const
    {
        return path_ + '/' + name;
    }
    [[nodiscard]] std::string write(const std::string& name, std::string_view content) const
    {
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }
    [[nodiscard]] std::string read(const std::string& name) const
    {
        std::ifstream in(file(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    // The exit status of a shell command that runs in this directory.
    [[nodiscard]] int run(const std::string& command) const
    {
        const std::string line = "cd " + path_ + " && (" + command + ") 2>err.txt";
        return std::system(line.c_str());
    }

private:
    char pattern_[32] = "/tmp/sponts-seal-XXXXXX";
    std::string path_;
};

struct Pair {
    Certificate certificate;
    PrivateKey key;
};

inline Pair new_pair(const Directory& directory, const std::string& name)
{
    const std::string key = directory.file(name + ".key");
    const std::string certificate = directory.file(name + ".crt");
    make_key_pair(key, certificate, name, 30);
    return {Certificate::read(certificate), PrivateKey::read(key)};
}

inline Pair new_rsa_pair(const Directory& directory, const std::string& name,
                         const std::string& bits = "2048")
{
    (void)directory.run("umask 077; openssl req -x509 -newkey rsa:" + bits +
                        " -nodes -days 9 -subj /CN=" + name + " -keyout " + name +
                        ".key -out " + name + ".crt");
    return {Certificate::read(directory.file(name + ".crt")),
            PrivateKey::read(directory.file(name + ".key"))};
}

} // namespace seal::testing
