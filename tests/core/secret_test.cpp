#include "core/secret.hpp"

#include <fstream>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/process_memory.hpp"

using namespace prevision;
using testing::HiddenText;

namespace {

/// The kernel's flags of the memory that holds a text, such as " rd wr mr mw me ac lo dd".
std::string flags_of(const char* text) {
    const auto address = reinterpret_cast<std::size_t>(text);
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        const auto dash = line.find('-');
        if (dash != std::string::npos && line.find_first_not_of("0123456789abcdef") == dash) {
            inside = address >= std::stoull(line, nullptr, 16) &&
                     address < std::stoull(line.substr(dash + 1), nullptr, 16);
        }
        if (inside && line.starts_with("VmFlags:")) return line.substr(8);
    }
    return {};
}

/// Takes the right of root to lock any amount of memory from this thread, and the right of others from the process.
class NoLocking {
  public:
    NoLocking() {
        ::getrlimit(RLIMIT_MEMLOCK, &before_);
        const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_MEMLOCK, &none);
        __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        __user_cap_data_struct data[2]{};
        ::syscall(SYS_capset, &header, data);
    }
    ~NoLocking() { ::setrlimit(RLIMIT_MEMLOCK, &before_); }
    NoLocking(const NoLocking&) = delete;
    NoLocking& operator=(const NoLocking&) = delete;

  private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("A secret holds its text, also an empty one, after it was copied and moved") {
    const auto size = GENERATE(std::size_t{1}, 15, 16, 4095, 4096, 100'000);
    const std::string text(size, 'x');
    Secret secret{std::string(text)};
    CHECK(secret.reveal() == text);
    CHECK(secret.c_str()[size] == '\0');
    Secret copy(secret);
    const Secret moved(std::move(secret));
    CHECK(copy.reveal() == text);
    CHECK(moved.reveal() == text);
    copy = Secret();
    CHECK(copy.empty());
    CHECK(copy.reveal().empty());
    CHECK(*copy.c_str() == '\0');
    copy = moved;
    CHECK(copy.reveal() == text);
}

TEST_CASE("Nothing of a secret stays in memory when it goes") {
    const HiddenText hidden(GENERATE(std::size_t{12}, 64, 5000));
    {
        Secret secret(hidden.plain());
        CHECK(hidden.copies_in(::getpid()) == 1);
        Secret copy(secret);
        CHECK(hidden.copies_in(::getpid()) == 2);
        Secret moved(std::move(secret));
        copy = std::move(moved);
        CHECK(hidden.copies_in(::getpid()) == 1);
    }
    CHECK(hidden.copies_in(::getpid()) == 0);
}

TEST_CASE("The memory of a secret is locked, and is not part of a core dump") {
    const Secret secret{std::string(10, 's')};
    const auto flags = flags_of(secret.c_str()) + " ";
    CHECK_THAT(flags, Catch::Contains(" lo "));
    CHECK_THAT(flags, Catch::Contains(" dd "));
}

TEST_CASE("A secret is kept also where the system allows no memory to be locked") {
    std::string flags;
    std::string text;
    std::thread([&] {
        const NoLocking none;
        const Secret secret{std::string(10, 's')};
        flags = flags_of(secret.c_str()) + " ";
        text = secret.reveal();
    }).join();
    CHECK(text == std::string(10, 's'));
    CHECK_THAT(flags, !Catch::Contains(" lo "));
    CHECK_THAT(flags, Catch::Contains(" dd "));
}
