// SPDX-License-Identifier: Apache-2.0
#include "db/hashing.h"

#include "base/failure.h"
#include "sasl/password.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace db {

namespace {

class Work {
public:
    Work(std::vector<FileRow>& rows, const Table& users)
        : rows_(&rows), hash_(users.column("password_hash")), scram_(users.column("scram"))
    {
    }

    void on_all_processors()
    {
        const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
        {
            std::vector<std::jthread> workers;
            for (unsigned i = 0; i < threads; ++i)
                workers.emplace_back([this] { run(); });
        }
        if (trouble_)
            std::rethrow_exception(trouble_);
    }

private:
    void run()
    {
        try {
            for (std::size_t i = next_++; i < rows_->size(); i = next_++)
                hash((*rows_)[i]);
        } catch (const base::Failure&) {
            next_ = rows_->size();
            const std::lock_guard guard(mutex_);
            trouble_ = std::current_exception();
        }
    }

    void hash(FileRow& row) const
    {
        if (row.password.empty())
            return;
        row.row[hash_] = sasl::argon2id_hash(row.password);
        row.row[scram_] = sasl::scram_verifier(row.password);
        row.password.clear();
        row.new_password = true;
    }

    std::vector<FileRow>* rows_;
    std::size_t hash_;
    std::size_t scram_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;
    std::exception_ptr trouble_;
};

} // namespace

void hash_passwords(std::vector<FileRow>& rows, const Table& users, bool dry_run)
{
    if (!dry_run)
        return Work(rows, users).on_all_processors();
    for (FileRow& row : rows)
        if (!row.password.empty()) {
            row.row[users.column("password_hash")] = "new";
            row.new_password = true;
        }
}

} // namespace db
